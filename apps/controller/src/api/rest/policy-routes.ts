import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { decisionList, policyList } from '../../services/lists/index.ts';
import { PolicyChangesSchema, PolicyInputSchema } from '../../services/policy-input.ts';
import type { PolicyView } from '../../services/policy-service.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import {
  DecisionSchema,
  FindingSchema,
  pageAnswer,
  PageSchema,
  policyAnswer,
  PolicySchema,
  standingOf,
} from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { deletionAnswer, deletionOptions, deletionSchema } from './deletion-route.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.Integer() });
const tags = ['policies'];
const listQuery = policyList.schema;
const response = { 200: PolicySchema };
const advised = Type.Object({ ...PolicySchema.properties, warnings: Type.Array(FindingSchema) });

export function policyRoutes(app: RestApp, services: ApiServices): void {
  const { policies, decisions, policyAdvice } = services;
  const withAdvice = async (view: PolicyView) => ({
    ...policyAnswer(view),
    warnings: toSnakeCase(await policyAdvice.about(view.id)),
  });
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
        response: { 201: advised },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await withAdvice(await policies.create(request.actor, request.body, onceKey(request)))),
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
        response: { 200: advised },
      },
    },
    async (request) =>
      withAdvice(await policies.update(request.actor, request.params.id, request.body, expectedVersions(request))),
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
    { schema: deletionSchema({ tags, summary: 'Delete a policy, or remove it for good', params, query: {} }) },
    async (request) => {
      return deletionAnswer(await policyDeletion.delete(request.actor, request.params.id, deletionOptions(request)));
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
