import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { HostSetChangesSchema, HostSetInputSchema } from '../../services/host-set-input.ts';
import { hostSetList } from '../../services/lists/index.ts';
import type { ApiServices } from '../api-services.ts';
import { pageAnswer, PageSchema, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const params = Type.Object({ set: Type.String({ description: 'Id or name' }) });
const tags = ['policies'];
const HostSetSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  members: Type.Array(Type.String({ description: 'Prefixes; a host is one of full length' })),
  created_at: Type.Integer(),
  updated_at: Type.Integer(),
  version,
});

export function hostSetRoutes(app: RestApp, { hostSets }: ApiServices): void {
  const [querystring, response] = [hostSetList.schema, { 200: HostSetSchema }];
  app.get(
    '/host-sets',
    { schema: { tags, summary: 'List host sets', querystring, response: { 200: PageSchema(HostSetSchema) } } },
    async ({ query }) => pageAnswer(hostSetList.page(await hostSets.list(), query), toSnakeCase),
  );
  app.post(
    '/host-sets',
    {
      schema: {
        tags,
        summary: 'Make a named list of hosts and prefixes',
        headers: onceHeaders,
        body: withExample(HostSetInputSchema, inputExamples.hostSet),
        response: { 201: HostSetSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await hostSets.create(request.actor, request.body, onceKey(request)))),
  );
  app.get('/host-sets/:set', { schema: { tags, summary: 'One host set', params, response } }, async (request) =>
    toSnakeCase(await hostSets.get(request.params.set)),
  );
  app.patch(
    '/host-sets/:set',
    {
      schema: {
        tags,
        summary: 'Change fields of a host set',
        params,
        headers: conditionHeaders,
        body: withExample(HostSetChangesSchema, inputExamples.hostSetChanges),
        response,
      },
    },
    async (request) =>
      toSnakeCase(await hostSets.update(request.actor, request.params.set, request.body, expectedVersions(request))),
  );
  app.delete(
    '/host-sets/:set',
    {
      schema: {
        tags,
        summary: 'Delete a host set that no policy names',
        params,
        headers: conditionHeaders,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await hostSets.delete(request.actor, request.params.set, expectedVersions(request));
      return reply.status(204).send(null);
    },
  );
}
