import { PatronusError } from '@patronus/core';
import { Type } from 'typebox';
import { csrfTokenOf, originOf } from '../../auth/index.ts';
import type { ApiServices } from '../api-services.ts';
import { clearSessionCookie, sessionCookie, setSessionCookie } from '../session-cookie.ts';
import { LoginSchema } from './auth-routes.ts';
import type { RestApp } from './rest-api.ts';

const CookieSchema = Type.Object({
  csrf_token: Type.String({ description: 'For the header `X-CSRF-Token` of all that is not a GET' }),
});
export const OpenedSchema = Type.Object({
  ...CookieSchema.properties,
  expires_at: Type.Integer({ description: 'Unix ms' }),
});
const tags = ['auth'];

/** Sign-in for pages in a browser: the session is in a cookie that scripts cannot read. */
export function cookieRoutes(app: RestApp, { signIn, sessions }: ApiServices): void {
  app.post(
    '/auth/cookie',
    { schema: { tags, summary: 'Sign a page in by a cookie', body: LoginSchema, response: { 200: OpenedSchema } } },
    async (request, reply) => {
      const { refresh_token: token } = await signIn.login(originOf(request), request.body);
      const { secret, expiresAt } = await sessions.exchangeForCookie(token);
      setSessionCookie(request, reply, secret, expiresAt);
      return { csrf_token: csrfTokenOf(secret), expires_at: expiresAt };
    },
  );
  app.get(
    '/auth/cookie',
    { schema: { tags, summary: 'The CSRF token of the session of this page', response: { 200: CookieSchema } } },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return { csrf_token: csrfTokenOf(neededCookie(sessionCookie(request))) };
    },
  );
  app.delete('/auth/cookie', { schema: { tags, summary: 'Sign a page out' } }, async (request, reply) => {
    neededCookie(sessionCookie(request));
    await sessions.end(request.actor, request.caller!.sessionId!);
    clearSessionCookie(request, reply);
    return reply.status(204).send();
  });
}

/** Errors: `conflict` for who is signed in otherwise. */
export function neededCookie(cookie: string | null): string {
  if (cookie !== null) return cookie;
  throw new PatronusError('conflict', 'you are not signed in by a cookie; POST /api/v1/auth/cookie does that');
}
