import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { sessionList } from '../../services/lists/index.ts';
import { sessionView } from '../../services/session-view.ts';
import type { ApiServices } from '../api-services.ts';
import { admitOwner } from '../guard-routes.ts';
import { ownerAskedFor } from '../owner-asked-for.ts';
import { Nullable, pageAnswer, PageSchema } from './answers.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const SessionSchema = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  username: Type.String(),
  address: Nullable(Type.String({ description: 'Where the sign-in came from' })),
  user_agent: Nullable(Type.String()),
  machine: Nullable(Type.String({ description: 'What the machine calls itself that a browser signed in' })),
  created_at: time,
  last_used_at: Type.Integer({ description: 'Unix ms, to the minute' }),
  current: Type.Boolean({ description: 'Whether it is the one that asks' }),
});
const EndedSchema = Type.Object({ sessions_ended: Type.Integer() });
const user = Type.String({ description: 'Id or name' });
const tags = ['sessions'];

export function sessionRoutes(app: RestApp, { sessions, users, access }: ApiServices): void {
  app.get(
    '/sessions',
    {
      schema: {
        tags,
        summary: 'List sessions',
        querystring: sessionList.schema,
        response: { 200: PageSchema(SessionSchema) },
      },
    },
    async (request) => {
      const { user: reference } = request.query as { readonly user?: string };
      const admit = (ownerId: string | null) => admitOwner(access, request, ownerId);
      const rows = await sessions.list(await ownerAskedFor(request.caller, reference, users, admit));
      const { sessionId = null } = request.caller ?? {};
      const views = rows.map((row) => sessionView(row, sessionId));
      return pageAnswer(sessionList.page(views, request.query), toSnakeCase);
    },
  );
  app.delete(
    '/sessions/:id',
    { schema: { tags, summary: 'End a session', params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      await admitOwner(access, request, await sessions.ownerOf(request.params.id));
      await sessions.end(request.actor, request.params.id);
      return reply.status(204).send();
    },
  );
  app.delete(
    '/users/:user/sessions',
    {
      schema: {
        tags,
        summary: 'End all sessions of a user',
        params: Type.Object({ user }),
        response: { 200: EndedSchema },
      },
    },
    async (request) => {
      await admitOwner(access, request, await users.idOf(request.params.user));
      return { sessions_ended: await users.endSessions(request.actor, request.params.user) };
    },
  );
}
