import { PatronusError } from '@patronus/core';
import type { Actor } from '../audit/index.ts';

export type Role = 'admin' | 'operator' | 'viewer';

/** Whoever makes a request: a user by name, or `local` for the holder of the local token. */
export interface Caller extends Omit<Actor, 'address'> {
  readonly type: 'user' | 'local_token';
  readonly role: Role;
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
