import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { decisionList, policyList } from '../../services/lists/index.ts';
import {
  ActionInputSchema,
  MatchInputSchema,
  PolicyChangesSchema,
  PolicyInputSchema,
} from '../../services/policy-input.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import {
  DecisionSchema,
  deletionAnswer,
  deletionFields,
  DeletionSchema,
  pageAnswer,
  PageSchema,
  policyAnswer,
  purgeQuery,
  standingOf,
  version,
} from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { withExample } from './openapi.ts';
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
  version,
  ...deletionFields,
});

const tags = ['policies'];
const listQuery = policyList.schema;
const response = { 200: PolicySchema };

export function policyRoutes(app: RestApp, services: ApiServices): void {
  const { policies, decisions } = services;
  app.get(
    '/policies',
    {
      schema: {
        tags,
        summary: 'List policies, in the order in which they are looked at',
        querystring: listQuery,
        response: { 200: PageSchema(PolicySchema) },
      },
      config: { fromStore: true },
    },
    async ({ query }) => pageAnswer(policyList.page(await policies.list(standingOf(query)), query), policyAnswer),
  );
  app.post(
    '/policies',
    {
      schema: {
        tags,
        summary: 'Make a policy',
        headers: onceHeaders,
        body: withExample(PolicyInputSchema, inputExamples.policy),
        response: { 201: PolicySchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(policyAnswer(await policies.create(request.actor, request.body, onceKey(request)))),
  );
  app.get(
    '/policies/:id',
    { schema: { tags, summary: 'One policy', params, response }, config: { fromStore: true } },
    async (request) => policyAnswer(await policies.get(request.params.id)),
  );
  app.patch(
    '/policies/:id',
    {
      schema: {
        tags,
        summary: 'Change fields of a policy',
        params,
        headers: conditionHeaders,
        body: withExample(PolicyChangesSchema, inputExamples.policyChanges),
        response,
      },
    },
    async (request) =>
      policyAnswer(await policies.update(request.actor, request.params.id, request.body, expectedVersions(request))),
  );
  policyDeletionRoutes(app, services);
  app.get(
    '/decisions',
    {
      schema: {
        tags,
        summary: 'List which paths carry what',
        querystring: decisionList.schema,
        response: { 200: PageSchema(DecisionSchema) },
      },
    },
    async ({ query }) => pageAnswer(decisionList.page(await decisions.list(), query), toSnakeCase),
  );
}

function policyDeletionRoutes(app: RestApp, { policies, policyDeletion }: ApiServices): void {
  app.delete(
    '/policies/:id',
    {
      schema: {
        tags,
        summary: 'Delete a policy, or remove it for good',
        params,
        headers: conditionHeaders,
        querystring: Type.Object(purgeQuery),
        response: { 200: DeletionSchema },
      },
    },
    async (request) => {
      const options = { ...request.query, expected: expectedVersions(request) };
      return deletionAnswer(await policyDeletion.delete(request.actor, request.params.id, options));
    },
  );
  app.post(
    '/policies/:id/restore',
    { schema: { tags, summary: 'Put a deleted policy back', params, response } },
    async (request) => {
      await policyDeletion.restore(request.actor, request.params.id);
      return policyAnswer(await policies.get(request.params.id));
    },
  );
}
