import { toSnakeCase } from '@patronus/core';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { csrfTokenOf, originOf } from '../../auth/index.ts';
import { pageOf } from '../../services/page.ts';
import { NewPasskeySchema, PasskeyProofSchema } from '../../services/passkey-input.ts';
import { TotpBeginSchema } from '../../services/totp-service.ts';
import type { ApiServices } from '../api-services.ts';
import { admitOwner } from '../guard-routes.ts';
import { ownerAskedFor } from '../owner-asked-for.ts';
import { siteOf } from '../passkey-site.ts';
import { setSessionCookie } from '../session-cookie.ts';
import { Nullable, pageAnswer, pageQuery, PageSchema } from './answers.ts';
import { TokensSchema } from './auth-routes.ts';
import { OpenedSchema } from './cookie-routes.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const PasskeySchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  user_id: Type.String(),
  username: Type.String(),
  host: Type.String({ description: 'The host that it opens' }),
  created_at: time,
  last_used_at: Nullable(time),
});
const OptionsSchema = Type.Object(
  {},
  { description: 'For `navigator.credentials`, as WebAuthn level 3 writes it in JSON' },
);
const listQuery = Type.Object({
  ...pageQuery,
  user: Type.Optional(Type.String({ description: 'Id or name of a user, `*` for all; absent: your own' })),
});
const tags = ['passkeys'];

export function passkeyRoutes(app: RestApp, services: ApiServices): void {
  const { passkeys, users, access } = services;
  app.get(
    '/passkeys',
    {
      schema: { tags, summary: 'List passkeys', querystring: listQuery, response: { 200: PageSchema(PasskeySchema) } },
    },
    async (request) => {
      const { user, ...page } = request.query;
      const admit = (ownerId: string | null) => admitOwner(access, request, ownerId);
      const owner = await ownerAskedFor(request.caller, user, users, admit);
      return pageAnswer(pageOf(await passkeys.list(owner), page), toSnakeCase);
    },
  );
  app.post(
    '/passkeys/options',
    { schema: { tags, summary: 'Begin to make a passkey', body: TotpBeginSchema, response: { 200: OptionsSchema } } },
    (request) => passkeys.begin(request.caller!, request.actor.address, siteOf(request), request.body.password),
  );
  app.post(
    '/passkeys',
    { schema: { tags, summary: 'Make a passkey', body: NewPasskeySchema, response: { 201: PasskeySchema } } },
    async (request, reply) => {
      const made = await passkeys.add(request.caller!, request.actor.address, siteOf(request), request.body);
      return reply.status(201).send(toSnakeCase(made));
    },
  );
  app.delete(
    '/passkeys/:id',
    { schema: { tags, summary: 'Delete a passkey', params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      await admitOwner(access, request, await passkeys.ownerOf(request.params.id));
      await passkeys.remove(request.actor, request.params.id);
      return reply.status(204).send();
    },
  );
  signInRoutes(app, services);
}

function signInRoutes(app: RestApp, { passkeys, sessions }: ApiServices): void {
  app.post(
    '/auth/passkey/options',
    { schema: { tags, summary: 'Begin to sign in by a passkey', response: { 200: OptionsSchema } } },
    (request: FastifyRequest) => passkeys.beginSignIn(siteOf(request)),
  );
  app.post(
    '/auth/passkey',
    { schema: { tags, summary: 'Sign in by a passkey', body: PasskeyProofSchema, response: { 200: TokensSchema } } },
    (request) => passkeys.signIn(originOf(request), siteOf(request), request.body),
  );
  app.post(
    '/auth/cookie/passkey',
    {
      schema: {
        tags,
        summary: 'Sign a page in by a passkey',
        body: PasskeyProofSchema,
        response: { 200: OpenedSchema },
      },
    },
    async (request, reply) => {
      const { refresh_token: token } = await passkeys.signIn(originOf(request), siteOf(request), request.body);
      const { secret, expiresAt } = await sessions.exchangeForCookie(token);
      setSessionCookie(request, reply, secret, expiresAt);
      return { csrf_token: csrfTokenOf(secret), expires_at: expiresAt };
    },
  );
}
