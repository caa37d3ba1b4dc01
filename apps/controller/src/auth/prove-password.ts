import { InvalidInputError } from '@patronus/core';
import type { Store } from '../database/index.ts';
import type { UserRow } from '../repositories/index.ts';
import { isLocked, lockedError, noteFailure } from './lock-out.ts';
import { isPassword } from './passwords.ts';

/**
 * Has a signed-in user prove that they know their password, so that a stolen token is not enough. Wrong ones count as those
 * of a sign-in do. Errors: `invalid_input`, `rate_limited` while the account is locked.
 */
export async function provePassword(
  store: Store,
  user: UserRow,
  { password, field, address }: { readonly password: string; readonly field: string; readonly address: string | null },
): Promise<void> {
  if (isLocked(user, store.wallMs)) throw lockedError(user, store.wallMs);
  if (await isPassword(user, password)) return;
  await store.change((change) => noteFailure(change, user, address));
  throw new InvalidInputError([{ field, problem: 'is not your password' }]);
}
