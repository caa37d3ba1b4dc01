/** Samples are forgotten after this long: clocks drift by up to some 50 µs a second, and routes change. */
const memoryMs = 60_000;
const buckets = 30;
const bucketMs = memoryMs / buckets;
/**
 * The offset is the mean over those buckets whose shortest round trip comes this near to the shortest of all. Smaller leans on one
 * sample and its noise, larger lets queues in.
 */
const nearShortestMs = 0.3;
/**
 * An offset that no delay can explain must differ by more than this and this often in a row before the clock counts as
 * set. Smaller takes the noise of a busy machine for it.
 */
const stepToleranceMs = 2;
const stepSamples = 3;

/**
 * By how much the far clock is ahead of ours, from the samples with the shortest round trips of the last minute, on
 * which queues had the least influence (RFC 5905, section 10: the clock filter). It supposes that the least delay is the same in
 * both directions, which no measurement from the ends can tell.
 */
export class ClockOffset {
  readonly #shortestMs = new Float64Array(buckets).fill(Infinity);
  readonly #offsetMs = new Float64Array(buckets);
  #bucket = 0;
  #leastMs = Infinity;
  #meanOffsetMs = Number.NaN;
  #strange = 0;

  /** NaN before the first sample. */
  get offsetMs(): number {
    return this.#meanOffsetMs;
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
      if (roundTripMs <= this.#leastMs + nearShortestMs) this.#choose();
    }
    return true;
  }

  reset(): void {
    this.#shortestMs.fill(Infinity);
    this.#leastMs = Infinity;
    this.#meanOffsetMs = Number.NaN;
    this.#strange = 0;
  }

  /** A round trip longer by d shifts the apparent offset by d/2 at most. */
  #explains(roundTripMs: number, offsetMs: number): boolean {
    if (this.#leastMs === Infinity) return true;
    const slack = Math.abs(roundTripMs - this.#leastMs) / 2 + stepToleranceMs;
    return Math.abs(offsetMs - this.#meanOffsetMs) <= slack;
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
    this.#leastMs = this.#shortestMs.reduce((least, each) => Math.min(least, each), Infinity);
    let [sum, count] = [0, 0];
    for (let slot = 0; slot < buckets; slot++) {
      if (this.#shortestMs[slot]! > this.#leastMs + nearShortestMs || this.#shortestMs[slot] === Infinity) continue;
      sum += this.#offsetMs[slot]!;
      count++;
    }
    this.#meanOffsetMs = count === 0 ? Number.NaN : sum / count;
  }
}
