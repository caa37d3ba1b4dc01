import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { roles } from '../../auth/index.ts';
import { userList } from '../../services/lists/index.ts';
import { NewPasswordSchema, UserChangesSchema, UserInputSchema } from '../../services/user-input.ts';
import type { ApiServices } from '../api-services.ts';
import { admitOwner } from '../guard-routes.ts';
import { deletionFields, Nullable, pageAnswer, PageSchema, standingOf, version } from './answers.ts';
import { conditionHeaders, expectedVersions, onceHeaders, onceKey } from './conditions.ts';
import { deletionAnswer, deletionOptions, deletionSchema } from './deletion-route.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
export const UserSchema = Type.Object({
  id: Type.String(),
  username: Type.String(),
  name: Type.String(),
  role: Type.Enum([...roles]),
  enabled: Type.Boolean(),
  totp: Type.Boolean({ description: 'Whether a code is asked for at their sign-in' }),
  locked_until: Nullable(time),
  last_sign_in_at: Nullable(time),
  created_at: time,
  updated_at: time,
  ...deletionFields,
  version,
});
const LinkSchema = Type.Object({
  username: Type.String(),
  path: Type.String({ description: 'To be put after the address of this controller; shown only in this answer' }),
  expires_at: time,
});
const params = Type.Object({ user: Type.String({ description: 'Id or name' }) });
const tags = ['users'];

export function userRoutes(app: RestApp, services: ApiServices): void {
  const { users, access } = services;
  app.get(
    '/users',
    {
      schema: { tags, summary: 'List users', querystring: userList.schema, response: { 200: PageSchema(UserSchema) } },
    },
    async ({ query }) => pageAnswer(userList.page(await users.list(standingOf(query)), query), toSnakeCase),
  );
  app.post(
    '/users',
    {
      schema: {
        tags,
        summary: 'Make a user',
        headers: onceHeaders,
        body: UserInputSchema,
        response: { 201: UserSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await users.create(request.actor, request.body, onceKey(request)))),
  );
  app.get(
    '/users/:user',
    { schema: { tags, summary: 'One user', params, response: { 200: UserSchema } } },
    async (request) => {
      await admitOwner(access, request, await users.idOf(request.params.user));
      return toSnakeCase(await users.get(request.params.user));
    },
  );
  app.patch(
    '/users/:user',
    {
      schema: {
        tags,
        summary: 'Change fields of a user',
        params,
        headers: conditionHeaders,
        body: UserChangesSchema,
        response: { 200: UserSchema },
      },
    },
    async (request) =>
      toSnakeCase(await users.update(request.actor, request.params.user, request.body, expectedVersions(request))),
  );
  passwordRoutes(app, services);
  userDeletionRoutes(app, services);
}

/** Passwords of others; one's own is changed at `/account/password`. */
function passwordRoutes(app: RestApp, { users }: ApiServices): void {
  app.put(
    '/users/:user/password',
    { schema: { tags, summary: 'Set the password of a user', params, body: NewPasswordSchema } },
    async (request, reply) => {
      await users.setPassword(request.actor, request.params.user, request.body.password);
      return reply.status(204).send();
    },
  );
  app.post(
    '/users/:user/password-link',
    {
      schema: {
        tags,
        summary: 'Make a link by which a user chooses a password',
        params,
        response: { 201: LinkSchema },
      },
    },
    async (request, reply) =>
      reply.status(201).send(toSnakeCase(await users.createPasswordLink(request.actor, request.params.user))),
  );
}

const ErasureSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  pseudonym: Type.String({ description: 'What stands in the place of their name from now on' }),
  audit_rows: Type.Integer(),
  events: Type.Integer(),
});

function userDeletionRoutes(app: RestApp, { users, userDeletion, erasure }: ApiServices): void {
  app.delete(
    '/users/:user',
    { schema: deletionSchema({ tags, summary: 'Delete a user, or remove them for good', params, query: {} }) },
    async (request) => {
      return deletionAnswer(await userDeletion.delete(request.actor, request.params.user, deletionOptions(request)));
    },
  );
  app.post(
    '/users/:user/erasure',
    {
      schema: {
        tags,
        summary: 'Remove a user for good, and all that tells of them',
        params,
        response: { 200: ErasureSchema },
      },
    },
    async (request) => ({
      success: true as const,
      ...toSnakeCase(await erasure.erase(request.actor, request.params.user)),
    }),
  );
  app.post(
    '/users/:user/restore',
    { schema: { tags, summary: 'Put a deleted user back', params, response: { 200: UserSchema } } },
    async (request) => toSnakeCase(await users.get(await userDeletion.restore(request.actor, request.params.user))),
  );
}
