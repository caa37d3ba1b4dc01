import { Type } from 'typebox';
import { inputExamples } from './input-examples.ts';
import type { ApiServices } from '../api-services.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

/** Sign-ins that one address may try in a minute: enough for people, far too few for guessing. */
const rateLimit = { max: 10, timeWindow: 60_000 };
/** Refreshing is done by programs on their own. */
const refreshRateLimit = { max: 60, timeWindow: 60_000 };

const password = Type.String({ maxLength: 1_024 });
const username = Type.String({ minLength: 1, maxLength: 100 });
const exact = { additionalProperties: false };
const LoginSchema = Type.Object({ username, password }, exact);
const SetupSchema = Type.Object({ token: Type.String(), password, username: Type.Optional(username) }, exact);
const RefreshSchema = Type.Object({ refresh_token: Type.String() }, exact);
const TokensSchema = Type.Object({
  access_token: Type.String({ description: 'JWT, for the Authorization header' }),
  refresh_token: Type.String({ description: 'Good for one exchange' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds until the access token expires' }),
});
const tags = ['auth'];
const response = { 200: TokensSchema };

export function authRoutes(app: RestApp, { signIn }: ApiServices): void {
  const config = { access: 'open', rateLimit } as const;
  app.post(
    '/auth/login',
    { schema: { tags, summary: 'Sign in', body: withExample(LoginSchema, inputExamples.login), response }, config },
    (request) => signIn.login(request.actor.address, request.body.username, request.body.password),
  );
  app.post(
    '/auth/setup',
    { schema: { tags, summary: 'Choose the first password', body: SetupSchema, response }, config },
    (request) => signIn.setup(request.actor.address, request.body.token, request.body.password, request.body.username),
  );
  const refreshConfig = { access: 'open', rateLimit: refreshRateLimit } as const;
  app.post(
    '/auth/refresh',
    { schema: { tags, summary: 'Renew tokens', body: RefreshSchema, response }, config: refreshConfig },
    (request) => signIn.refresh(request.actor.address, request.body.refresh_token),
  );
  app.post(
    '/auth/logout',
    {
      schema: { tags, summary: 'Sign out', body: RefreshSchema, response: { 204: Type.Null() } },
      config: refreshConfig,
    },
    async (request, reply) => {
      await signIn.logout(request.actor.address, request.body.refresh_token);
      return reply.status(204).send(null);
    },
  );
}
