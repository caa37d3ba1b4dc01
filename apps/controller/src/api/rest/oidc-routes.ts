import { PatronusError, toSnakeCase } from '@patronus/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { originOf } from '../../auth/index.ts';
import { pageOf } from '../../services/page.ts';
import type { ApiServices } from '../api-services.ts';
import { admitOwner } from '../guard-routes.ts';
import { ownerAskedFor } from '../owner-asked-for.ts';
import { siteOf } from '../passkey-site.ts';
import { problemDocument } from '../problem.ts';
import { clearSessionCookie, sessionCookie, setSessionCookie } from '../session-cookie.ts';
import { setSignOnCookie, takeSignOnCookie } from '../sign-on-cookie.ts';
import { Nullable, pageAnswer, pageQuery, PageSchema } from './answers.ts';
import { neededCookie } from './cookie-routes.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const WaySchema = Type.Object({
  kind: Type.Enum(['password', 'passkey', 'oidc']),
  name: Type.String(),
  start_path: Nullable(Type.String({ description: 'Where a browser goes to begin' })),
});
const IdentitySchema = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  username: Type.String(),
  issuer: Type.String(),
  subject: Type.String({ description: 'What the service calls them' }),
  manages_user: Type.Boolean({ description: 'Whether the user’s name and role are what the service says' }),
  created_at: time,
  last_used_at: Nullable(time),
});
/** A place of this controller and of no other: one slash, and nothing that browsers take for another. */
const returnTo = Type.String({
  pattern: '^/(?![/\\\\])[!-~]*$',
  maxLength: 500,
  description: 'The page to show afterwards, such as /sites',
});
const StartSchema = Type.Object({ return_to: Type.Optional(returnTo) });
const LinkSchema = Type.Object({ return_to: Type.Optional(returnTo) }, { additionalProperties: false });
const UrlSchema = Type.Object({ url: Type.String({ description: 'Where the browser goes now' }) });
const listQuery = Type.Object({
  ...pageQuery,
  user: Type.Optional(Type.String({ description: 'Id or name of a user, `*` for all; absent: your own' })),
});
const [tags, own] = [['auth'], ['identities']];

/** Single sign-on with OpenID Connect. */
export function oidcRoutes(app: RestApp, services: ApiServices): void {
  const { singleSignOn } = services;
  app.get(
    '/auth/ways',
    { schema: { tags, summary: 'The ways to sign in here', response: { 200: PageSchema(WaySchema) } } },
    async () => ({ items: singleSignOn.ways().map((way) => toSnakeCase(way)), next_cursor: null }),
  );
  app.get(
    '/auth/oidc/start',
    {
      schema: {
        tags,
        summary: 'Send a browser to single sign-on',
        querystring: StartSchema,
        response: { 302: Type.Unknown({ description: 'The service, at `Location`' }) },
      },
    },
    (request, reply) =>
      inBrowser(request, reply, async () => {
        const { return_to: page = '/' } = request.query;
        const { secret, url } = await singleSignOn.begin(callbackUrl(services, request), page);
        setSignOnCookie(request, reply, secret);
        return reply.redirect(url, 302);
      }),
  );
  app.post(
    '/auth/oidc/link',
    {
      schema: {
        tags,
        summary: 'Begin to add single sign-on to an account',
        body: LinkSchema,
        response: { 200: UrlSchema },
      },
    },
    async (request, reply) => {
      const { return_to: page = '/' } = request.body;
      const { secret, url } = await singleSignOn.begin(callbackUrl(services, request), page, request.caller);
      setSignOnCookie(request, reply, secret);
      return { url };
    },
  );
  callbackRoute(app, services);
  signOutRoute(app, services);
  identityRoutes(app, services);
}

function callbackRoute(app: RestApp, services: ApiServices): void {
  const response = { 303: Type.Unknown({ description: 'The page that was asked for, at `Location`' }) };
  app.get(
    '/auth/oidc/callback',
    { schema: { tags, summary: 'Where single sign-on sends a browser back to', response } },
    (request, reply) =>
      inBrowser(request, reply, async () => reply.redirect(await finish(services, request, reply), 303)),
  );
}

/** A browser is there by itself, with no page of ours around it that could tell what went wrong. */
async function inBrowser(
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  void reply.header('cache-control', 'no-store');
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof PatronusError) || !(request.headers.accept ?? '').includes('text/html')) throw thrown;
    const { status, body } = problemDocument(thrown);
    return reply.status(status).type('text/html; charset=utf-8').send(failurePage(body.detail));
  }
}

/** Answers the page to show. */
async function finish(services: ApiServices, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const { singleSignOn, sessions } = services;
  const secret = takeSignOnCookie(request, reply);
  if (secret === null) {
    throw new PatronusError('conflict', 'this browser began no sign-in here, or its time is over; begin again');
  }
  const query = request.url.split('?')[1] ?? '';
  const back = { secret, redirectUri: callbackUrl(services, request), query };
  const { tokens, returnTo: page } = await singleSignOn.finish(originOf(request), back);
  if (tokens !== null) {
    const session = await sessions.exchangeForCookie(tokens.refresh_token);
    setSessionCookie(request, reply, session.secret, session.expiresAt);
  }
  return page;
}

function signOutRoute(app: RestApp, services: ApiServices): void {
  const { singleSignOn, sessions } = services;
  const OutSchema = Type.Object({
    url: Nullable(Type.String({ description: 'Where the browser ends its session with the service too' })),
  });
  app.post(
    '/auth/oidc/sign-out',
    { schema: { tags, summary: 'Sign a page out, here and at single sign-on', response: { 200: OutSchema } } },
    async (request, reply) => {
      neededCookie(sessionCookie(request));
      await sessions.end(request.actor, request.caller!.sessionId!);
      clearSessionCookie(request, reply);
      // Whoever wants to leave has left, also while the service is away.
      const url = await singleSignOn.signOutUrl(`${baseUrl(services, request)}/`).catch(() => null);
      return { url };
    },
  );
}

function identityRoutes(app: RestApp, { singleSignOn, users, access }: ApiServices): void {
  app.get(
    '/identities',
    {
      schema: {
        tags: own,
        summary: 'List what single sign-on calls users',
        querystring: listQuery,
        response: { 200: PageSchema(IdentitySchema) },
      },
    },
    async (request) => {
      const { user, ...page } = request.query;
      const admit = (ownerId: string | null) => admitOwner(access, request, ownerId);
      const owner = await ownerAskedFor(request.caller, user, users, admit);
      return pageAnswer(pageOf(await singleSignOn.list(owner), page), toSnakeCase);
    },
  );
  app.delete(
    '/identities/:id',
    {
      schema: {
        tags: own,
        summary: 'Take single sign-on from an account',
        params: Type.Object({ id: Type.String() }),
      },
    },
    async (request, reply) => {
      await admitOwner(access, request, await singleSignOn.ownerOf(request.params.id));
      await singleSignOn.unlink(request.actor, request.params.id);
      return reply.status(204).send();
    },
  );
}

const baseUrl = ({ publicUrl }: ApiServices, request: FastifyRequest): string =>
  (publicUrl ?? siteOf(request).origin).replace(/\/$/, '');

const callbackUrl = (services: ApiServices, request: FastifyRequest): string =>
  `${baseUrl(services, request)}/api/v1/auth/oidc/callback`;

/** For people, who stand before it in the middle of a sign-in. */
const failurePage = (detail: string): string => `<!doctype html>
<html lang="en">
<title>Sign-in failed – Patronus</title>
<h1>You could not be signed in</h1>
<p>${escaped(detail)}
<p><a href="/">Back to Patronus</a>
</html>
`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
