import { maxOverrideReason } from '@patronus/core';
import { Type, type Static } from 'typebox';
import { Problems } from './problems.ts';

export const FailoverInputSchema = Type.Object(
  {
    reason: Type.String({
      description: `Why, for those who see traffic move; at most ${maxOverrideReason} characters`,
    }),
    expires_at: Type.Optional(Type.Integer({ description: 'When it ends by itself, unix ms' })),
    expires_in_seconds: Type.Optional(Type.Integer({ description: 'The same from now on' })),
  },
  { additionalProperties: false },
);
export type FailoverInput = Static<typeof FailoverInputSchema>;

/** The longest time an override may be set to: one that shall last longer is a matter of policies, or of the endpoint. */
const maxLifetimeMs = 30 * 24 * 3_600_000;

/** Lines and their ends would break logs and tables. */
const isOneLine = (text: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(text);

/** Reason and end (unix ms, null for none) of an override that is set now. Errors: `invalid_input`. */
export function readFailover(input: FailoverInput, now: number): { reason: string; expiresAt: number | null } {
  const problems = new Problems();
  const reason = input.reason.trim();
  const { length } = reason;
  if (length === 0)
    problems.add('reason', 'is empty', 'say why traffic is to leave the path, such as "line is rebuilt"');
  if (length > maxOverrideReason) {
    problems.add('reason', `has ${length} characters`, `shorten it to ${maxOverrideReason} at most`);
  }
  if (!isOneLine(reason)) problems.add('reason', 'has a line break or a control character', 'write one line of text');
  const { expires_at: expiresAt, expires_in_seconds: seconds } = input;
  if (expiresAt !== undefined && seconds !== undefined) {
    problems.add('expires_in_seconds', 'is given beside expires_at', 'give one of the two');
  }
  if (expiresAt !== undefined) checkEnd(problems, 'expires_at', expiresAt - now);
  else if (seconds !== undefined) checkEnd(problems, 'expires_in_seconds', seconds * 1_000);
  problems.throwIfAny();
  return { reason, expiresAt: expiresAt ?? (seconds === undefined ? null : now + seconds * 1_000) };
}

function checkEnd(problems: Problems, field: string, lifetimeMs: number): void {
  const remedy = 'give a time up to 30 days ahead, or leave it out to hold until the path is released';
  if (lifetimeMs <= 0) problems.add(field, 'lies in the past', remedy);
  else if (lifetimeMs > maxLifetimeMs) problems.add(field, 'lies more than 30 days ahead', remedy);
}
