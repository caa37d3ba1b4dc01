import { PatronusError } from '@patronus/core';
import type { Actor } from '../audit/index.ts';
import type { Scope } from './scopes.ts';

export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whoever makes a request: a user by name, an API key, or `local` for the holder of the local token. */
export interface Caller extends Omit<Actor, 'address'> {
  readonly type: 'user' | 'api_key' | 'local_token';
  readonly role: Role;
  /** Whose things are their own; null for the local token, which is nobody's. */
  readonly userId: string | null;
  /** The session of a user who signed in. */
  readonly sessionId: string | null;
  /** What an API key was made for; null where the role alone decides. */
  readonly scopes: readonly Scope[] | null;
}

const rank: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Errors: `unauthenticated` without a caller, `forbidden` when the role is too low. */
export function requireRole(caller: Caller | null, needed: Role): Caller {
  if (caller === null) {
    throw new PatronusError(
      'unauthenticated',
      'this needs a signed-in caller; sign in with `patronus login`, or send "Authorization: Bearer TOKEN"',
    );
  }
  if (rank[caller.role] < rank[needed]) {
    throw new PatronusError('forbidden', `${caller.name} is ${caller.role}; this needs the role ${needed}`);
  }
  return caller;
}

/** Errors: `forbidden` for an API key that was not made for this. `null` is what no API key may. */
export function requireScope(caller: Caller | null, needed: Scope | null): void {
  if (caller === null || caller.scopes === null) return;
  if (needed === null) {
    throw new PatronusError('forbidden', 'an API key may not do this; sign in with `patronus login`');
  }
  if (!caller.scopes.includes(needed)) {
    throw new PatronusError(
      'forbidden',
      `${caller.name} was made for ${caller.scopes.join(', ')}; this needs ${needed}`,
    );
  }
}
