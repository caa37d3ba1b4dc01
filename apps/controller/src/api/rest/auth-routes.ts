import { Type } from 'typebox';
import { originOf } from '../../auth/index.ts';
import type { ApiServices } from '../api-services.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const password = Type.String({ maxLength: 1_024 });
const username = Type.String({ minLength: 1, maxLength: 100 });
const exact = { additionalProperties: false };
const code = Type.Optional(
  Type.String({
    maxLength: 40,
    description: 'Of your authenticator app or list of recovery codes, where one is asked for',
  }),
);
export const LoginSchema = Type.Object({ username, password, code }, exact);
const SetupSchema = Type.Object({ token: Type.String(), password, username: Type.Optional(username), code }, exact);
const RefreshSchema = Type.Object({ refresh_token: Type.String() }, exact);
export const TokensSchema = Type.Object({
  access_token: Type.String({ description: 'JWT, for the Authorization header' }),
  refresh_token: Type.String({ description: 'Good for one exchange' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds until the access token expires' }),
});
const MethodsSchema = Type.Object({
  setup_pending: Type.Boolean({ description: 'The first administrator has not chosen a password yet' }),
  methods: Type.Array(Type.Enum(['password', 'passkey']), { description: 'By what people can sign in' }),
});
const tags = ['auth'];
const response = { 200: TokensSchema };

/** What sign-in pages offer. */
export const signInMethods = ['password', 'passkey'] as const;

export function authRoutes(app: RestApp, { signIn, sessions }: ApiServices): void {
  app.get(
    '/auth/methods',
    { schema: { tags, summary: 'How people sign in here', response: { 200: MethodsSchema } } },
    () => ({ setup_pending: signIn.isSetupPending, methods: [...signInMethods] }),
  );
  app.post(
    '/auth/login',
    { schema: { tags, summary: 'Sign in', body: withExample(LoginSchema, inputExamples.login), response } },
    (request) => signIn.login(originOf(request), request.body),
  );
  app.post(
    '/auth/setup',
    { schema: { tags, summary: 'Choose the first password', body: SetupSchema, response } },
    (request) => signIn.setup(originOf(request), request.body),
  );
  app.post('/auth/refresh', { schema: { tags, summary: 'Renew tokens', body: RefreshSchema, response } }, (request) =>
    sessions.refresh(request.actor.address, request.body.refresh_token),
  );
  app.post(
    '/auth/logout',
    { schema: { tags, summary: 'Sign out', body: RefreshSchema, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await sessions.logout(request.actor.address, request.body.refresh_token);
      return reply.status(204).send(null);
    },
  );
}
