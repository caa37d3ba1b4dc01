import { PatronusError } from '@patronus/core';
import { anonymousActor, systemActor } from '../audit/index.ts';
import type { Change } from '../database/index.ts';
import { userRepository, type UserRow } from '../repositories/index.ts';
import { userTarget } from './user-target.ts';

/** Wrong passwords in a row before an account is locked, and for how long: ten guesses a quarter of an hour are no attack. */
const maxFailures = 10;
const lockMs = 15 * 60_000;

export const isLocked = ({ locked_until }: UserRow, now: number): boolean =>
  locked_until !== null && locked_until > now;

/** Errors for whoever tries meanwhile. */
export function lockedError({ locked_until }: UserRow, now: number): PatronusError {
  const seconds = Math.ceil(((locked_until ?? now) - now) / 1000);
  return new PatronusError('rate_limited', `too many wrong passwords; try again in ${seconds} s`, {
    facts: { retryAfterSeconds: seconds },
  });
}

/**
 * Writes down that somebody did not show who they are, and locks the account when that was once too often. Of a user that
 * is unknown not even the name: people type passwords there by mistake.
 */
export async function noteFailure(
  change: Change,
  known: UserRow | undefined,
  address: string | null,
  what = 'wrong password',
): Promise<void> {
  // As things stand now: others may have guessed meanwhile.
  const user = known && (await userRepository.find(change.db, known.user_id));
  const refused = user !== undefined && (user.enabled === 0 || isLocked(user, change.at));
  await change.audit(anonymousActor(address), {
    action: 'sign_in_failed',
    target: user === undefined ? { type: 'user', id: null, name: null } : userTarget(user),
    result: refused ? 'refused' : 'failed',
    details: { reason: reasonOf(user, change.at, what) },
  });
  if (refused) return;
  if (user !== undefined) await countFailure(change, user);
  const who = user === undefined ? 'an unknown user' : user.username;
  await change.event({ eventType: 'sign_in_failed', message: `Sign-in failed for ${who}`, metadata: {} });
}

function reasonOf(user: UserRow | undefined, now: number, what: string): string {
  if (user === undefined) return 'unknown user';
  if (user.enabled === 0) return 'account disabled';
  return isLocked(user, now) ? 'account locked' : what;
}

async function countFailure(change: Change, user: UserRow): Promise<void> {
  const failures = user.failed_logins + 1;
  const locked_until = failures >= maxFailures ? change.at + lockMs : null;
  const failed_logins = locked_until === null ? failures : 0;
  await userRepository.note(change.db, user.user_id, { failed_logins, locked_until });
  if (locked_until === null) return;
  await change.audit(systemActor, { action: 'account_locked', target: userTarget(user), details: { locked_until } });
}
