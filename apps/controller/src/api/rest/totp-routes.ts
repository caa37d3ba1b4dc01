import { Type } from 'typebox';
import { CodeSchema, TotpBeginSchema } from '../../services/totp-service.ts';
import type { ApiServices } from '../api-services.ts';
import type { RestApp } from './rest-api.ts';

const SetupSchema = Type.Object({
  secret: Type.String({ description: 'Base32, for typing; shown only in this answer' }),
  uri: Type.String({ description: '`otpauth://totp/…`, for a QR code; shown only in this answer' }),
});
const RecoverySchema = Type.Object({
  recovery_codes: Type.Array(Type.String(), { description: 'Each good for one sign-in; shown only in this answer' }),
});
const user = Type.String({ description: 'Id or name' });
const tags = ['account'];

/** Codes of an authenticator app, asked for at the sign-in. */
export function totpRoutes(app: RestApp, { totp }: ApiServices): void {
  app.post(
    '/account/totp',
    { schema: { tags, summary: 'Begin to use one-time codes', body: TotpBeginSchema, response: { 200: SetupSchema } } },
    (request) => totp.begin(request.caller!, request.actor.address, request.body.password),
  );
  app.post(
    '/account/totp/confirmation',
    {
      schema: { tags, summary: 'Confirm the first one-time code', body: CodeSchema, response: { 200: RecoverySchema } },
    },
    async (request) => ({
      recovery_codes: await totp.confirm(request.caller!, request.actor.address, request.body.code),
    }),
  );
  app.post(
    '/account/recovery-codes',
    { schema: { tags, summary: 'Make recovery codes anew', body: CodeSchema, response: { 200: RecoverySchema } } },
    async (request) => ({
      recovery_codes: await totp.renewRecoveryCodes(request.caller!, request.actor.address, request.body.code),
    }),
  );
  app.post(
    '/account/totp/removal',
    { schema: { tags, summary: 'Use one-time codes no longer', body: CodeSchema } },
    async (request, reply) => {
      await totp.remove(request.caller!, request.actor.address, request.body.code);
      return reply.status(204).send();
    },
  );
  app.delete(
    '/users/:user/totp',
    {
      schema: {
        tags: ['users'],
        summary: 'Take one-time codes from a user who lost them',
        params: Type.Object({ user }),
      },
    },
    async (request, reply) => {
      await totp.reset(request.actor, request.params.user);
      return reply.status(204).send();
    },
  );
}
