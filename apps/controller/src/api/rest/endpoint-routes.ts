import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { EndpointChangesSchema, EndpointInputSchema } from '../../services/endpoint-input.ts';
import { endpointList } from '../../services/lists/index.ts';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import { EndpointSchema, pageAnswer, PageSchema, standingOf } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { deletionAnswer, deletionOptions, deletionSchema } from './deletion-route.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ id: Type.String() });
const body = Type.Object(
  { ...EndpointInputSchema.properties, site: Type.String({ description: 'Id or name' }) },
  { additionalProperties: false },
);
const tags = ['endpoints'];

export function endpointRoutes(app: RestApp, services: ApiServices): void {
  const { endpoints, endpointDeletion } = services;
  const querystring = endpointList.schema;
  app.get(
    '/endpoints',
    {
      schema: { tags, summary: 'List endpoints', querystring, response: { 200: PageSchema(EndpointSchema) } },
      config: { fromStore: true },
    },
    async ({ query }) => {
      const site = query['site'] as string | undefined;
      const from = standingOf(query) === 'deleted' ? endpointDeletion : endpoints;
      return pageAnswer(endpointList.page(await from.list({ site }), query), toSnakeCase);
    },
  );
  app.post(
    '/endpoints',
    {
      schema: {
        tags,
        summary: 'Add an endpoint to a site',
        headers: onceHeaders,
        body: withExample(body, inputExamples.endpoint),
        response: { 201: EndpointSchema },
      },
    },
    async (request, reply) => {
      const { site, ...input } = request.body;
      const made = await endpoints.create(request.actor, site, input, onceKey(request));
      return reply.status(201).send(toSnakeCase(made));
    },
  );
  app.get(
    '/endpoints/:id',
    {
      schema: { tags, summary: 'One endpoint', params, response: { 200: EndpointSchema } },
      config: { fromStore: true },
    },
    async (request) => toSnakeCase(await endpoints.get(request.params.id)),
  );
  app.patch(
    '/endpoints/:id',
    {
      schema: {
        tags,
        summary: 'Change fields of an endpoint',
        params,
        headers: conditionHeaders,
        body: withExample(EndpointChangesSchema, inputExamples.endpointChanges),
        response: { 200: EndpointSchema },
      },
    },
    async (request) =>
      toSnakeCase(await endpoints.update(request.actor, request.params.id, request.body, expectedVersions(request))),
  );
  endpointDeletionRoutes(app, services);
}

function endpointDeletionRoutes(app: RestApp, { endpoints, endpointDeletion }: ApiServices): void {
  app.delete(
    '/endpoints/:id',
    {
      schema: deletionSchema({
        tags,
        summary: 'Delete an endpoint with its paths, or remove it for good',
        params,
        query: {},
      }),
    },
    async (request) => {
      return deletionAnswer(await endpointDeletion.delete(request.actor, request.params.id, deletionOptions(request)));
    },
  );
  app.post(
    '/endpoints/:id/restore',
    { schema: { tags, summary: 'Put a deleted endpoint back', params, response: { 200: EndpointSchema } } },
    async (request) =>
      toSnakeCase(await endpoints.get(await endpointDeletion.restore(request.actor, request.params.id))),
  );
}
