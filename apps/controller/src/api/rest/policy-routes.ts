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
import { DecisionSchema, pageAnswer, pageQuery, PageSchema, policyAnswer } from './answers.ts';
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
});

const tags = ['policies'];

export function policyRoutes(app: RestApp, { policies, decisions }: ApiServices): void {
  app.get(
    '/policies',
    { schema: { tags, querystring: Type.Object(pageQuery), response: { 200: PageSchema(PolicySchema) } } },
    async (request) => pageAnswer(pageOf(await policies.list(), request.query), policyAnswer),
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
  app.delete('/policies/:id', { schema: { tags, params } }, async (request, reply) => {
    await policies.delete(request.actor, request.params.id);
    return reply.status(204).send();
  });
  app.get(
    '/decisions',
    { schema: { tags, querystring: Type.Object(pageQuery), response: { 200: PageSchema(DecisionSchema) } } },
    async (request) => pageAnswer(pageOf(await decisions.list(), request.query), toSnakeCase),
  );
}
