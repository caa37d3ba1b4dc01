import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { roles, scopeNames } from '../../auth/index.ts';
import { ApiKeyChangesSchema, ApiKeyInputSchema } from '../../services/api-key-input.ts';
import { apiKeyList } from '../../services/lists/index.ts';
import type { ApiServices } from '../api-services.ts';
import { admitOwner } from '../guard-routes.ts';
import { ownerAskedFor, ownerToBe } from '../owner-asked-for.ts';
import { deletionFields, Nullable, pageAnswer, PageSchema, standingOf, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { deletionAnswer, deletionOptions, deletionSchema } from './deletion-route.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const keyFields = {
  id: Type.String(),
  name: Type.String(),
  user_id: Type.String(),
  username: Type.String(),
  role: Type.Enum([...roles], { description: 'That of its user' }),
  scopes: Type.Array(Type.Enum(scopeNames)),
  expires_at: time,
  last_used_at: Nullable(Type.Integer({ description: 'Unix ms, to the minute' })),
  last_address: Nullable(Type.String()),
  created_at: time,
  updated_at: time,
  ...deletionFields,
  version,
};
const ApiKeySchema = Type.Object(keyFields);
const NewApiKeySchema = Type.Object({ ...keyFields, key: Type.String({ description: 'Shown only in this answer' }) });
const params = Type.Object({ id: Type.String() });
const tags = ['api-keys'];

export function apiKeyRoutes(app: RestApp, services: ApiServices): void {
  const { apiKeys, users, access } = services;
  app.get(
    '/api-keys',
    {
      schema: {
        tags,
        summary: 'List API keys',
        querystring: apiKeyList.schema,
        response: { 200: PageSchema(ApiKeySchema) },
      },
    },
    async (request) => {
      const { user } = request.query as { readonly user?: string };
      const admit = (ownerId: string | null) => admitOwner(access, request, ownerId);
      const owner = await ownerAskedFor(request.caller, user, users, admit);
      const keys = await apiKeys.list(standingOf(request.query), owner);
      return pageAnswer(apiKeyList.page(keys, request.query), toSnakeCase);
    },
  );
  app.post(
    '/api-keys',
    {
      schema: {
        tags,
        summary: 'Make an API key',
        headers: onceHeaders,
        body: ApiKeyInputSchema,
        response: { 201: NewApiKeySchema },
      },
    },
    async (request, reply) => {
      const admit = (ownerId: string | null) => admitOwner(access, request, ownerId);
      const owner = await ownerToBe(request.caller, request.body.user, users, admit);
      const made = await apiKeys.create(request.actor, owner, request.body, onceKey(request));
      return reply.status(201).send(toSnakeCase(made));
    },
  );
  oneKeyRoutes(app, services);
}

function oneKeyRoutes(app: RestApp, { apiKeys, access }: ApiServices): void {
  app.get(
    '/api-keys/:id',
    { schema: { tags, summary: 'One API key', params, response: { 200: ApiKeySchema } } },
    async (request) => {
      await admitOwner(access, request, await apiKeys.ownerOf(request.params.id));
      return toSnakeCase(await apiKeys.get(request.params.id));
    },
  );
  app.patch(
    '/api-keys/:id',
    {
      schema: {
        tags,
        summary: 'Change fields of an API key',
        params,
        headers: conditionHeaders,
        body: ApiKeyChangesSchema,
        response: { 200: ApiKeySchema },
      },
    },
    async (request) => {
      await admitOwner(access, request, await apiKeys.ownerOf(request.params.id));
      const { actor, params: asked, body } = request;
      return toSnakeCase(await apiKeys.update(actor, asked.id, body, expectedVersions(request)));
    },
  );
  app.delete(
    '/api-keys/:id',
    { schema: deletionSchema({ tags, summary: 'Delete an API key', params, query: {} }) },
    async (request) => {
      await admitOwner(access, request, await apiKeys.ownerOf(request.params.id));
      return deletionAnswer(await apiKeys.delete(request.actor, request.params.id, deletionOptions(request)));
    },
  );
  app.post(
    '/api-keys/:id/restore',
    { schema: { tags, summary: 'Put a deleted API key back', params, response: { 200: ApiKeySchema } } },
    async (request) => {
      await admitOwner(access, request, await apiKeys.ownerOf(request.params.id));
      return toSnakeCase(await apiKeys.restore(request.actor, request.params.id));
    },
  );
}
