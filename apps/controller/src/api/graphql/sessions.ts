import type { SessionView } from '../../services/session-view.ts';
import { builder } from './builder.ts';
import { actorIn, admitOwner } from './graphql-services.ts';
import { outcomeType } from './types.ts';

export const sessionType = builder.objectRef<SessionView>('Session').implement({
  description: 'A sign-in',
  fields: (t) => ({
    id: t.exposeID('id'),
    user_id: t.exposeID('userId'),
    username: t.exposeString('username'),
    address: t.exposeString('address', { nullable: true, description: 'Where the sign-in came from' }),
    user_agent: t.exposeString('userAgent', { nullable: true }),
    machine: t.exposeString('machine', {
      nullable: true,
      description: 'What the machine calls itself that a browser signed in',
    }),
    created_at: t.expose('createdAt', { type: 'Timestamp' }),
    last_used_at: t.expose('lastUsedAt', { type: 'Timestamp', description: 'To the minute' }),
    current: t.exposeBoolean('current', { description: 'Whether it is the one that asks' }),
  }),
});

builder.mutationFields((t) => ({
  endSession: t.field({
    type: outcomeType,
    description: 'Signs one session out, at once',
    args: { session_id: t.arg.id({ required: true }) },
    resolve: async (_root, { session_id }, context, info) => {
      const { sessions } = context.services;
      await admitOwner(context, info, await sessions.ownerOf(session_id));
      await sessions.end(actorIn(context), session_id);
      return { message: 'The session was ended' };
    },
  }),
  endUserSessions: t.field({
    type: outcomeType,
    description: 'Signs a user out everywhere, at once',
    args: { user_id: t.arg.id({ required: true, description: 'Id or name' }) },
    resolve: async (_root, { user_id }, context, info) => {
      const { users } = context.services;
      await admitOwner(context, info, await users.idOf(user_id));
      const ended = await users.endSessions(actorIn(context), user_id);
      return { message: `${ended} session${ended === 1 ? ' was' : 's were'} ended` };
    },
  }),
}));
