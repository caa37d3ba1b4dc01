import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { EnrolmentKeyInputSchema } from '../../services/enrolment-key-service.ts';
import { pageOf } from '../../services/page.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, pageQuery, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const querystring = Type.Object(pageQuery);

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
});
const tags = ['edges'];

export function edgeRoutes(app: RestApp, { enrolmentKeys, edges }: ApiServices): void {
  app.get(
    '/enrolment-keys',
    { schema: { tags, querystring, response: { 200: PageSchema(KeySchema) } } },
    async (request) => pageAnswer(pageOf(await enrolmentKeys.list(), request.query), toSnakeCase),
  );
  app.post(
    '/enrolment-keys',
    { schema: { tags, body: EnrolmentKeyInputSchema, response: { 201: NewKeySchema } } },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await enrolmentKeys.create(request.actor, request.body))),
  );
  app.get('/enrolment-keys/:id', { schema: { tags, params, response: { 200: KeySchema } } }, async (request) =>
    toSnakeCase(await enrolmentKeys.get(request.params.id)),
  );
  app.delete('/enrolment-keys/:id', { schema: { tags, params } }, async (request, reply) => {
    await enrolmentKeys.revoke(request.actor, request.params.id);
    return reply.status(204).send();
  });

  app.get('/edges', { schema: { tags, querystring, response: { 200: PageSchema(EdgeSchema) } } }, async (request) =>
    pageAnswer(pageOf(await edges.list(), request.query), toSnakeCase),
  );
  app.get('/edges/:id', { schema: { tags, params, response: { 200: EdgeSchema } } }, async (request) =>
    toSnakeCase(await edges.get(request.params.id)),
  );
  app.delete('/edges/:id', { schema: { tags, params } }, async (request, reply) => {
    await edges.revoke(request.actor, request.params.id);
    return reply.status(204).send();
  });
}
