import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { pageOf } from '../../services/page.ts';
import {
  ActionInputSchema,
  MatchInputSchema,
  PolicyChangesSchema,
  PolicyInputSchema,
} from '../../services/policy-input.ts';
import type { ApiServices } from '../api-services.ts';
import {
  DecisionSchema,
  deletedQuery,
  deletionAnswer,
  deletionFields,
  DeletionSchema,
  pageAnswer,
  pageQuery,
  PageSchema,
  policyAnswer,
  purgeQuery,
} from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.Integer() });
const counter = Type.Union([Type.Integer(), Type.String()], { description: '64 bits; text beyond 2^53' });

const PolicySchema = Type.Object({
  id: Type.Integer(),
  class: Type.Integer(),
  priority: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  match_conditions: MatchInputSchema,
  action: ActionInputSchema,
  enabled: Type.Boolean(),
  is_default: Type.Boolean(),
  packets_matched: counter,
  bytes_matched: counter,
  created_at: Type.Integer(),
  updated_at: Type.Integer(),
  ...deletionFields,
});

const tags = ['policies'];
const listQuery = Type.Object({ ...pageQuery, ...deletedQuery });

export function policyRoutes(app: RestApp, services: ApiServices): void {
  const { policies, decisions } = services;
  app.get(
    '/policies',
    { schema: { tags, querystring: listQuery, response: { 200: PageSchema(PolicySchema) } } },
    async (request) => {
      const { deleted, ...page } = request.query;
      return pageAnswer(pageOf(await policies.list(deleted === true ? 'deleted' : 'live'), page), policyAnswer);
    },
  );
  app.post(
    '/policies',
    { schema: { tags, body: PolicyInputSchema, response: { 201: PolicySchema } } },
    async (request, reply) => reply.status(201).send(policyAnswer(await policies.create(request.actor, request.body))),
  );
  app.get('/policies/:id', { schema: { tags, params, response: { 200: PolicySchema } } }, async (request) =>
    policyAnswer(await policies.get(request.params.id)),
  );
  app.patch(
    '/policies/:id',
    { schema: { tags, params, body: PolicyChangesSchema, response: { 200: PolicySchema } } },
    async (request) => policyAnswer(await policies.update(request.actor, request.params.id, request.body)),
  );
  policyDeletionRoutes(app, services);
  app.get(
    '/decisions',
    { schema: { tags, querystring: Type.Object(pageQuery), response: { 200: PageSchema(DecisionSchema) } } },
    async (request) => pageAnswer(pageOf(await decisions.list(), request.query), toSnakeCase),
  );
}

function policyDeletionRoutes(app: RestApp, { policies, policyDeletion }: ApiServices): void {
  app.delete(
    '/policies/:id',
    { schema: { tags, params, querystring: Type.Object(purgeQuery), response: { 200: DeletionSchema } } },
    async (request) => deletionAnswer(await policyDeletion.delete(request.actor, request.params.id, request.query)),
  );
  app.post('/policies/:id/restore', { schema: { tags, params, response: { 200: PolicySchema } } }, async (request) => {
    await policyDeletion.restore(request.actor, request.params.id);
    return policyAnswer(await policies.get(request.params.id));
  });
}
