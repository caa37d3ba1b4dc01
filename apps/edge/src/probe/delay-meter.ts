import { ClockOffset } from './clock-offset.ts';

/**
 * The delays of two probes are compared when they were sent at least this share of the path's probe interval apart. What a
 * wandering delay does between two packets depends on the time between them, so a path that is being probed more often for
 * the moment would seem to have less jitter.
 */
const leastSpacing = 0.9;

/** The weight of a new difference in the jitter (RFC 3550, section 6.4.1). */
const jitterShare = 1 / 16;

/** The four times of an answered probe, unix ms: T1 and T4 by our clock, T2 and T3 by the far one (RFC 8762, section 4). */
export interface ProbeTimes {
  sentMs: number;
  reachedMs: number;
  returnedMs: number;
  receivedMs: number;
}

/** Delay and jitter of a path in each direction over its latest replies. */
export class DelayMeter {
  readonly #offset = new ClockOffset();
  readonly #forward: Float64Array;
  readonly #reverse: Float64Array;
  readonly #roundTrip: Float64Array;
  readonly #sorted: Float64Array;
  readonly #spacingMs: number;
  #count = 0;
  #lastSentMs = Number.NaN;
  #lastForward = Number.NaN;
  #lastReverse = Number.NaN;
  #forwardJitter = Number.NaN;
  #reverseJitter = Number.NaN;

  /** @param window replies over which delay is taken @param intervalMs between probes of a path that answers */
  constructor(window: number, intervalMs: number) {
    this.#spacingMs = leastSpacing * intervalMs;
    this.#forward = new Float64Array(window);
    this.#reverse = new Float64Array(window);
    this.#roundTrip = new Float64Array(window);
    this.#sorted = new Float64Array(window);
  }

  /** Takes a reply; those that came in another order than their probes went say nothing about jitter. */
  observe(nowMs: number, times: ProbeTimes, inOrder: boolean): void {
    const forward = times.reachedMs - times.sentMs;
    const reverse = times.receivedMs - times.returnedMs;
    const roundTrip = forward + reverse;
    if (!this.#offset.observe(nowMs, roundTrip, (forward - reverse) / 2)) return this.#breakJitter();
    const slot = this.#count++ % this.#forward.length;
    this.#forward[slot] = forward;
    this.#reverse[slot] = reverse;
    this.#roundTrip[slot] = roundTrip;
    if (!inOrder || times.sentMs - this.#lastSentMs < this.#spacingMs) return;
    this.#lastSentMs = times.sentMs;
    this.#forwardJitter = smooth(this.#forwardJitter, forward - this.#lastForward);
    this.#reverseJitter = smooth(this.#reverseJitter, reverse - this.#lastReverse);
    this.#lastForward = forward;
    this.#lastReverse = reverse;
  }

  /** One of the clocks was set: earlier one-way times say nothing about later ones. */
  clockWasSet(): void {
    this.#offset.reset();
    this.#count = 0;
    this.#breakJitter();
  }

  get roundTripMs(): number | null {
    return this.#median(this.#roundTrip, 0);
  }

  get forwardMs(): number | null {
    return this.#median(this.#forward, -this.#offset.offsetMs);
  }

  get reverseMs(): number | null {
    return this.#median(this.#reverse, this.#offset.offsetMs);
  }

  get forwardJitterMs(): number | null {
    return Number.isNaN(this.#forwardJitter) ? null : this.#forwardJitter;
  }

  get reverseJitterMs(): number | null {
    return Number.isNaN(this.#reverseJitter) ? null : this.#reverseJitter;
  }

  #breakJitter(): void {
    this.#lastSentMs = Number.NaN;
    this.#lastForward = Number.NaN;
    this.#lastReverse = Number.NaN;
  }

  #median(samples: Float64Array, shift: number): number | null {
    const count = Math.min(this.#count, samples.length);
    if (count === 0 || Number.isNaN(shift)) return null;
    const sorted = this.#sorted.subarray(0, count);
    sorted.set(samples.subarray(0, count));
    sorted.sort();
    return Math.max(0, sorted[(count - 1) >> 1]! + shift);
  }
}

/** Begins at 0 (RFC 3550, appendix A.8), so that the first probe, which waited for a handshake, is not taken for jitter. */
const smooth = (jitter: number, difference: number): number => {
  if (Number.isNaN(difference)) return jitter;
  const before = Number.isNaN(jitter) ? 0 : jitter;
  return before + (Math.abs(difference) - before) * jitterShare;
};
