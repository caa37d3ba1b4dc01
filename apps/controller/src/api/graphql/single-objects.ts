import { sessionView } from '../../services/session-view.ts';
import { found } from '../../services/found.ts';
import { builder } from './builder.ts';
import { admitOwner } from './graphql-services.ts';
import { sessionType } from './sessions.ts';
import { edgeType, enrolmentKeyType, eventType } from './types.ts';

const id = { required: true } as const;

/** One object by its id, of kinds whose lists are elsewhere. */
builder.queryFields((t) => ({
  event: t.field({
    type: eventType,
    args: { event_id: t.arg.id(id) },
    resolve: (_root, { event_id }, { services }) => services.events.get(event_id),
  }),
  edge: t.field({
    type: edgeType,
    args: { edge_id: t.arg.id(id) },
    resolve: (_root, { edge_id }, { services }) => services.edges.get(edge_id),
  }),
  enrolmentKey: t.field({
    type: enrolmentKeyType,
    args: { key_id: t.arg.id(id) },
    resolve: (_root, { key_id }, { services }) => services.enrolmentKeys.get(key_id),
  }),
  session: t.field({
    type: sessionType,
    args: { session_id: t.arg.id(id) },
    resolve: async (_root, { session_id }, context, info) => {
      const { services, caller } = context;
      const owner = await services.sessions.ownerOf(session_id);
      await admitOwner(context, info, owner);
      const rows = owner === null ? [] : await services.sessions.list(owner);
      const row = rows.find((each) => each.session_id === session_id);
      return sessionView(found(row, 'session', session_id), caller?.sessionId ?? null);
    },
  }),
}));
