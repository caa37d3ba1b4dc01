import { PatronusError, type Clock } from '@patronus/core';

/** Failures that one caller may have at once, and how fast they are forgiven: a mistyped key costs nothing, guessing stops. */
const burst = 20;
const forgivenPerMinute = 10;
/** Callers remembered; beyond that the one silent longest is forgiven. */
const maxCallers = 10_000;

interface Caller {
  failures: number;
  at: number;
}

/** A token bucket of failures per caller. */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #callers = new Map<string, Caller>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Errors: `rate_limited` for a caller that failed too often. */
  check(caller: string): void {
    const excess = this.#now(caller) - burst + 1;
    if (excess <= 0) return;
    const retryAfterSeconds = Math.ceil((excess * 60) / forgivenPerMinute);
    throw new PatronusError('rate_limited', `too many failed tries; wait ${retryAfterSeconds} s`, {
      facts: { retryAfterSeconds },
    });
  }

  failed(caller: string): void {
    const failures = this.#now(caller) + 1;
    this.#callers.delete(caller);
    this.#callers.set(caller, { failures, at: this.#clock.now() });
    if (this.#callers.size > maxCallers) this.#callers.delete(this.#callers.keys().next().value!);
  }

  #now(caller: string): number {
    const known = this.#callers.get(caller);
    if (known === undefined) return 0;
    return Math.max(0, known.failures - ((this.#clock.now() - known.at) * forgivenPerMinute) / 60_000);
  }
}
