import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { EnrolmentKeyChangesSchema, EnrolmentKeyInputSchema } from '../../services/enrolment-key-service.ts';
import { edgeList, enrolmentKeyList } from '../../services/lists/index.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, PageSchema, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const nothing = { 204: Type.Null() };

const keyFields = {
  id: Type.String(),
  site_id: Type.String(),
  site: Type.String(),
  max_uses: Type.Integer(),
  uses: Type.Integer(),
  replace: Type.Boolean(),
  expires_at: Type.Integer(),
  revoked: Type.Boolean(),
  created_at: Type.Integer(),
  version,
};
const KeySchema = Type.Object(keyFields);
const NewKeySchema = Type.Object({
  ...keyFields,
  key: Type.String({ description: 'Shown only in this answer' }),
  edge_url: Type.String(),
});
const EdgeSchema = Type.Object({
  id: Type.String(),
  site_id: Type.String(),
  site: Type.String(),
  hostname: Type.String(),
  online: Type.Boolean(),
  enrolled_at: Type.Integer(),
  last_seen_at: Nullable(Type.Integer()),
  program_version: Nullable(Type.String()),
  clock_skew_ms: Nullable(Type.Integer()),
  uplinks: Type.Array(
    Type.Object({ device: Type.String(), addresses: Type.Array(Type.String()), carrier: Type.Boolean() }),
  ),
  unavailable: Type.Array(Type.Object({ feature: Type.String(), reason: Type.String() }), {
    description: 'What its kernel or its machine refuses',
  }),
});
const tags = ['edges'];

export function edgeRoutes(app: RestApp, services: ApiServices): void {
  enrolmentKeyRoutes(app, services);
  const { edges } = services;
  app.get(
    '/edges',
    {
      schema: { tags, summary: 'List edges', querystring: edgeList.schema, response: { 200: PageSchema(EdgeSchema) } },
    },
    async ({ query }) => pageAnswer(edgeList.page(await edges.list(), query), toSnakeCase),
  );
  app.get(
    '/edges/:id',
    { schema: { tags, summary: 'One edge', params, response: { 200: EdgeSchema } } },
    async (request) => toSnakeCase(await edges.get(request.params.id)),
  );
  app.delete(
    '/edges/:id',
    { schema: { tags, summary: 'Revoke an edge', params, response: nothing } },
    async (request, reply) => {
      await edges.revoke(request.actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
}

function enrolmentKeyRoutes(app: RestApp, { enrolmentKeys }: ApiServices): void {
  app.get(
    '/enrolment-keys',
    {
      schema: {
        tags,
        summary: 'List enrolment keys',
        querystring: enrolmentKeyList.schema,
        response: { 200: PageSchema(KeySchema) },
      },
    },
    async ({ query }) => pageAnswer(enrolmentKeyList.page(await enrolmentKeys.list(), query), toSnakeCase),
  );
  app.post(
    '/enrolment-keys',
    {
      schema: {
        tags,
        summary: 'Make a key that lets an edge join its site',
        headers: onceHeaders,
        body: withExample(EnrolmentKeyInputSchema, inputExamples.enrolmentKey),
        response: { 201: NewKeySchema },
      },
    },
    async (request, reply) => {
      const made = await enrolmentKeys.create(request.actor, request.body, onceKey(request));
      return reply.status(201).send(toSnakeCase(made));
    },
  );
  app.get(
    '/enrolment-keys/:id',
    { schema: { tags, summary: 'One enrolment key', params, response: { 200: KeySchema } } },
    async (request) => toSnakeCase(await enrolmentKeys.get(request.params.id)),
  );
  oneKeyRoutes(app, enrolmentKeys);
}

function oneKeyRoutes(app: RestApp, enrolmentKeys: ApiServices['enrolmentKeys']): void {
  app.patch(
    '/enrolment-keys/:id',
    {
      schema: {
        tags,
        summary: 'Change uses, expiry or replacement of an enrolment key',
        params,
        headers: conditionHeaders,
        body: withExample(EnrolmentKeyChangesSchema, inputExamples.enrolmentKeyChanges),
        response: { 200: KeySchema },
      },
    },
    async (request) => {
      const { actor, params: asked, body } = request;
      return toSnakeCase(await enrolmentKeys.update(actor, asked.id, body, expectedVersions(request)));
    },
  );
  app.delete(
    '/enrolment-keys/:id',
    { schema: { tags, summary: 'Revoke an enrolment key', params, headers: conditionHeaders, response: nothing } },
    async (request, reply) => {
      await enrolmentKeys.revoke(request.actor, request.params.id, expectedVersions(request));
      return reply.status(204).send(null);
    },
  );
  app.post(
    '/enrolment-keys/:id/restore',
    { schema: { tags, summary: 'Let a revoked enrolment key work again', params, response: { 200: KeySchema } } },
    async (request) => toSnakeCase(await enrolmentKeys.restore(request.actor, request.params.id)),
  );
}
