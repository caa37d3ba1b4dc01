import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { pageOf } from '../../services/page.ts';
import type { ApiServices } from '../api-services.ts';
import { Nullable, pageAnswer, pageQuery, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const SigningKeySchema = Type.Object({
  id: Type.String({ description: '`kid` of the tokens that it signed' }),
  created_at: time,
  current: Type.Boolean({ description: 'Whether it signs; others stay until their last token has expired' }),
  valid_until: Nullable(time),
});
const RotationSchema = Type.Object(
  {
    immediately: Type.Optional(
      Type.Boolean({ description: 'Refuse tokens of the keys before at once, as after a theft' }),
    ),
  },
  { additionalProperties: false },
);
const SecretRotationSchema = Type.Object({
  values: Type.Integer({ description: 'Secrets that were encrypted anew' }),
  master_key_is_new: Type.Boolean({ description: 'False where the environment gives it' }),
});
const tags = ['keys'];

/** The controller's own keys: those that sign access tokens, and those that encrypt secrets. */
export function keyRoutes(app: RestApp, { signer, secrets }: ApiServices): void {
  app.get(
    '/signing-keys',
    {
      schema: {
        tags,
        summary: 'List keys that sign access tokens',
        querystring: Type.Object(pageQuery),
        response: { 200: PageSchema(SigningKeySchema) },
      },
    },
    async (request) => pageAnswer(pageOf(signer.list(), request.query), toSnakeCase),
  );
  app.post(
    '/signing-keys',
    {
      schema: {
        tags,
        summary: 'Make a new key that signs access tokens',
        body: RotationSchema,
        response: { 201: SigningKeySchema },
      },
    },
    async (request, reply) =>
      reply
        .status(201)
        .send(toSnakeCase(await signer.rotate(request.actor, { immediately: request.body.immediately === true }))),
  );
  app.post(
    '/secret-keys',
    { schema: { tags, summary: 'Encrypt secrets with the newest key', response: { 201: SecretRotationSchema } } },
    async (request, reply) => reply.status(201).send(toSnakeCase(await secrets.rotate(request.actor))),
  );
}

/** For whoever checks access tokens without asking the controller (RFC 7517, RFC 8615). */
export function keySetRoute(app: Pick<RestApp, 'get'>, { signer }: Pick<ApiServices, 'signer'>): void {
  app.get(
    '/.well-known/jwks.json',
    { schema: { tags, summary: 'Public keys that access tokens are signed with' } },
    async (_request, reply) => {
      void reply.header('cache-control', 'public, max-age=300');
      return reply.type('application/jwk-set+json').send(JSON.stringify(await signer.keySet()));
    },
  );
}
