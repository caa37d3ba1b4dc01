import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { EndpointChangesSchema, EndpointInputSchema } from '../../services/endpoint-input.ts';
import { pageOf } from '../../services/page.ts';
import type { ApiServices } from '../api-services.ts';
import { EndpointSchema, pageAnswer, pageQuery, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const querystring = Type.Object({ ...pageQuery, site: Type.Optional(Type.String({ description: 'Id or name' })) });
const body = Type.Object(
  { ...EndpointInputSchema.properties, site: Type.String({ description: 'Id or name' }) },
  { additionalProperties: false },
);
const tags = ['endpoints'];

export function endpointRoutes(app: RestApp, { endpoints }: ApiServices): void {
  app.get(
    '/endpoints',
    { schema: { tags, querystring, response: { 200: PageSchema(EndpointSchema) } } },
    async (request) => pageAnswer(pageOf(await endpoints.list(request.query), request.query), toSnakeCase),
  );
  app.post('/endpoints', { schema: { tags, body, response: { 201: EndpointSchema } } }, async (request, reply) => {
    const { site, ...input } = request.body;
    return reply.status(201).send(toSnakeCase(await endpoints.create(request.actor, site, input)));
  });
  app.get('/endpoints/:id', { schema: { tags, params, response: { 200: EndpointSchema } } }, async (request) =>
    toSnakeCase(await endpoints.get(request.params.id)),
  );
  app.patch(
    '/endpoints/:id',
    { schema: { tags, params, body: EndpointChangesSchema, response: { 200: EndpointSchema } } },
    async (request) => toSnakeCase(await endpoints.update(request.actor, request.params.id, request.body)),
  );
  app.delete('/endpoints/:id', { schema: { tags, params } }, async (request, reply) => {
    await endpoints.delete(request.actor, request.params.id);
    return reply.status(204).send();
  });
}
