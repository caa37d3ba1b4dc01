import type { Random } from '@patronus/core';

/** First pause. Smaller, and a controller that restarts is met by every edge several times before it listens. */
const firstMs = 250;
/** Longest pause: an edge is back within this of its controller, and a controller with 1,000 edges away hears 100 a second. */
const capMs = 10_000;
/** A connection that lasted this long was a good one; the next trouble is a new one. Shorter, and one that is cut right after welcome is dialled without end. */
const stableMs = 30_000;
/**
 * A refusal for good is asked again, as an operator may have taken it back by restoring the site. Longer, and the site stays
 * away that long after; a controller with 1,000 refused edges hears 45 a second.
 */
const refusedMs = 30_000;

/** How long to wait before the next round of attempts: doubling up to a cap, the second half of each pause at random. */
export class BackOff {
  private failures = 0;
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** The pause after a failed round. */
  next(): number {
    const whole = Math.min(capMs, firstMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return this.jittered(whole);
  }

  afterRefusal(): number {
    return this.jittered(refusedMs);
  }

  /** Told when a connection ends. */
  wasOnline(durationMs: number): void {
    if (durationMs >= stableMs) this.failures = 0;
  }

  private jittered(wholeMs: number): number {
    return wholeMs / 2 + (wholeMs / 2) * this.random.next();
  }
}
