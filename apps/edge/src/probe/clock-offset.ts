/** Samples are forgotten after this long: clocks drift by up to some 50 µs a second, and routes change. */
const memoryMs = 60_000;
const buckets = 12;
const bucketMs = memoryMs / buckets;
/**
 * An offset that no delay can explain must differ by more than this and this often in a row before the clock counts as
 * set. Smaller takes the noise of a busy machine for it.
 */
const stepToleranceMs = 2;
const stepSamples = 3;

/**
 * By how much the far clock is ahead of ours, from the sample with the shortest round trip of the last minute, on which
 * queues had the least influence (RFC 5905, section 10: the clock filter). It supposes that the least delay is the same in
 * both directions, which no measurement from the ends can tell.
 */
export class ClockOffset {
  readonly #shortestMs = new Float64Array(buckets).fill(Infinity);
  readonly #offsetMs = new Float64Array(buckets);
  #bucket = 0;
  #bestMs = Infinity;
  #bestOffsetMs = Number.NaN;
  #strange = 0;

  /** NaN before the first sample. */
  get offsetMs(): number {
    return this.#bestOffsetMs;
  }

  /**
   * Takes a sample. False when it does not fit the others: one of the clocks was set. After a few such in a row the others are
   * forgotten.
   */
  observe(nowMs: number, roundTripMs: number, offsetMs: number): boolean {
    if (!this.#explains(roundTripMs, offsetMs)) {
      if (++this.#strange < stepSamples) return false;
      this.reset();
    }
    this.#strange = 0;
    this.#turn(nowMs);
    const slot = this.#bucket % buckets;
    if (roundTripMs < this.#shortestMs[slot]!) {
      this.#shortestMs[slot] = roundTripMs;
      this.#offsetMs[slot] = offsetMs;
      if (roundTripMs < this.#bestMs) this.#choose();
    }
    return true;
  }

  reset(): void {
    this.#shortestMs.fill(Infinity);
    this.#bestMs = Infinity;
    this.#bestOffsetMs = Number.NaN;
    this.#strange = 0;
  }

  /** A round trip longer by d shifts the apparent offset by d/2 at most. */
  #explains(roundTripMs: number, offsetMs: number): boolean {
    if (this.#bestMs === Infinity) return true;
    const slack = Math.abs(roundTripMs - this.#bestMs) / 2 + stepToleranceMs;
    return Math.abs(offsetMs - this.#bestOffsetMs) <= slack;
  }

  #turn(nowMs: number): void {
    const bucket = Math.floor(nowMs / bucketMs);
    if (bucket === this.#bucket) return;
    const passed = Math.min(buckets, bucket - this.#bucket);
    for (let step = 0; step < passed; step++) this.#shortestMs[(bucket - step) % buckets] = Infinity;
    this.#bucket = bucket;
    this.#choose();
  }

  #choose(): void {
    let best = -1;
    for (let slot = 0; slot < buckets; slot++) {
      if (this.#shortestMs[slot]! < (best < 0 ? Infinity : this.#shortestMs[best]!)) best = slot;
    }
    this.#bestMs = best < 0 ? Infinity : this.#shortestMs[best]!;
    this.#bestOffsetMs = best < 0 ? Number.NaN : this.#offsetMs[best]!;
  }
}
