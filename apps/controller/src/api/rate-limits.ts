import { PatronusError } from '@patronus/core';
import type { Caller } from '../auth/index.ts';
import { permissionFor } from './permissions.ts';
import { TokenBuckets } from './token-buckets.ts';

export interface RateLimitSettings {
  /** Of each operation, per user or address; twice as many at once. 0 is no limit. */
  readonly requestsPerSecond: number;
  /** Of passwords and codes, per user or address; as many at once. */
  readonly signInsPerMinute: number;
}

/** Renewing tokens and signing out is done by programs on their own. */
const renewals = { capacity: 60, perSecond: 1 };
/** Tokens that are not valid: a program with an old one shows it a few times, somebody who guesses does not stop. */
const badTokens = { capacity: 60, perSecond: 1 };
/** Of those so many are written down; strangers could fill the log. */
const notedTokens = { capacity: 10, perSecond: 1 / 60 };

/** How often somebody may ask for something. The holder of the local token, who owns the machine, is not counted. */
export class RateLimits {
  readonly #requests: TokenBuckets | null;
  readonly #strict: Readonly<Record<'sign_in' | 'renewal', TokenBuckets>>;
  readonly #badTokens: TokenBuckets;
  readonly #notedTokens: TokenBuckets;

  constructor({ requestsPerSecond, signInsPerMinute }: RateLimitSettings, now: () => number) {
    const buckets = (capacity: number, perSecond: number) => new TokenBuckets({ capacity, perSecond }, now);
    this.#requests = requestsPerSecond === 0 ? null : buckets(2 * requestsPerSecond, requestsPerSecond);
    this.#strict = {
      sign_in: buckets(signInsPerMinute, signInsPerMinute / 60),
      renewal: new TokenBuckets(renewals, now),
    };
    this.#badTokens = new TokenBuckets(badTokens, now);
    this.#notedTokens = new TokenBuckets(notedTokens, now);
  }

  /** Counts one use of an operation. Errors: `rate_limited`. */
  count(operation: string, caller: Caller | null, address: string | null): void {
    if (caller?.type === 'local_token') return;
    const who = caller?.id ?? address ?? '';
    const { limit } = permissionFor(operation);
    if (limit !== undefined) refuse(this.#strict[limit].take(`${limit} ${who}`));
    else if (this.#requests !== null) refuse(this.#requests.take(`${operation} ${who}`));
  }

  /** Counts a token that is not valid. Errors: `rate_limited`. */
  countBadToken(address: string | null): void {
    refuse(this.#badTokens.take(address ?? ''));
  }

  /** Whether one more of those is written down. */
  mayNoteBadToken(address: string | null): boolean {
    return this.#notedTokens.take(address ?? '') === 0;
  }
}

function refuse(waitSeconds: number): void {
  if (waitSeconds === 0) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitSeconds));
  throw new PatronusError('rate_limited', `too many requests; wait ${retryAfterSeconds} s`, {
    facts: { retryAfterSeconds },
  });
}
