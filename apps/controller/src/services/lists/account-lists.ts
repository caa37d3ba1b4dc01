import { Type } from 'typebox';
import { roles, scopeNames } from '../../auth/index.ts';
import { sinkKinds } from '../../sinks/index.ts';
import type { ApiKeyView } from '../api-key-service.ts';
import type { EventSinkView } from '../event-sink-view.ts';
import type { SessionView } from '../session-view.ts';
import type { UserView } from '../user-service.ts';
import { ListDefinition } from './list-definition.ts';
import { containing, exactly, oneOf, since, whether } from './list-filters.ts';

const deleted = Type.Boolean({ description: 'Those that were deleted and can be restored, in place of the live ones' });
/** Whose things are asked for. */
const user = Type.String({ maxLength: 200, description: 'Id or name of a user, `*` for all; absent: your own' });

export const userList = new ListDefinition<UserView>({
  id: (each) => each.id,
  sorts: {
    username: (each) => each.username,
    name: (each) => each.name,
    role: (each) => each.role,
    last_sign_in_at: (each) => each.lastSignInAt,
    updated_at: (each) => each.updatedAt,
    created_at: (each) => each.createdAt,
  },
  filters: {
    username: exactly((each) => each.username, 'What they sign in with'),
    role: oneOf((each) => each.role, 'Role', roles),
    enabled: whether((each) => each.enabled, 'Whether they may sign in'),
    totp: whether((each) => each.totp, 'Whether a code is asked for at their sign-in'),
    search: containing((each) => [each.username, each.name], 'Part of either name'),
    updated_since: since((each) => each.updatedAt, 'Changed at this time or later'),
  },
  extra: { deleted },
});

export const sessionList = new ListDefinition<SessionView>({
  id: (session) => session.id,
  order: '-last_used_at',
  sorts: {
    last_used_at: (session) => session.lastUsedAt,
    created_at: (session) => session.createdAt,
    username: (session) => session.username,
    address: (session) => session.address,
  },
  filters: {
    address: exactly((session) => session.address, 'Where the sign-in came from'),
    search: containing((session) => [session.username, session.userAgent], 'Part of user or program'),
    used_since: since((session) => session.lastUsedAt, 'Used at this time or later'),
  },
  extra: { user },
});

export const apiKeyList = new ListDefinition<ApiKeyView>({
  id: (key) => key.id,
  order: '-created_at',
  sorts: {
    created_at: (key) => key.createdAt,
    name: (key) => key.name,
    username: (key) => key.username,
    expires_at: (key) => key.expiresAt,
    last_used_at: (key) => key.lastUsedAt,
    updated_at: (key) => key.updatedAt,
  },
  filters: {
    name: exactly((key) => key.name, 'Name'),
    scope: oneOf((key) => key.scopes, 'One of its scopes', scopeNames),
    search: containing((key) => [key.name, key.username], 'Part of its name or its user’s'),
    used_since: since((key) => key.lastUsedAt, 'Used at this time or later'),
  },
  extra: { user, deleted },
});

export const eventSinkList = new ListDefinition<EventSinkView>({
  id: (sink) => sink.id,
  sorts: {
    name: (sink) => sink.name,
    kind: (sink) => sink.kind,
    queued: (sink) => sink.queued,
    dead: (sink) => sink.dead,
    last_success_at: (sink) => sink.lastSuccessAt,
    updated_at: (sink) => sink.updatedAt,
    created_at: (sink) => sink.createdAt,
  },
  filters: {
    name: exactly((sink) => sink.name, 'Name'),
    kind: oneOf((sink) => sink.kind, 'Kind', sinkKinds),
    enabled: whether((sink) => sink.enabled, 'Whether it gets events'),
    failing: whether((sink) => sink.lastError !== null, 'Whether the last attempt failed'),
    search: containing((sink) => [sink.name], 'Part of its name'),
  },
});
