import { InvalidInputError } from '@patronus/core';
import type { Caller } from '../auth/index.ts';
import type { UserService } from '../services/user-service.ts';

/**
 * The user whose things a list is asked for: those of `reference`, of all for `*`, or else the caller's own. Undefined: of
 * all. `admit` judges whether the caller may see them. Errors: `not_found`, `forbidden`.
 */
export async function ownerAskedFor(
  caller: Caller | null,
  reference: string | undefined,
  users: UserService,
  admit: (ownerId: string | null) => Promise<void>,
): Promise<string | undefined> {
  // The local token has nothing of its own, and sees all.
  const wanted = reference ?? caller?.userId ?? '*';
  const ownerId = wanted === '*' ? null : await users.idOf(wanted);
  await admit(ownerId);
  return wanted === '*' ? undefined : (await users.get(wanted)).id;
}

/** The user that a new thing shall belong to: `reference`, or else the caller. Errors: `invalid_input`, `forbidden`. */
export async function ownerToBe(
  caller: Caller | null,
  reference: string | undefined,
  users: UserService,
  admit: (ownerId: string | null) => Promise<void>,
): Promise<string> {
  const ownerId = reference === undefined ? (caller?.userId ?? null) : await users.idOf(reference);
  await admit(ownerId);
  if (ownerId !== null) return ownerId;
  const problem =
    reference === undefined ? 'is missing, and the local token is no user' : `there is no user "${reference}"`;
  throw new InvalidInputError([{ field: 'user', problem, remedy: 'name one that there is' }]);
}
