/** Keys whose buckets are remembered; forgetting a bucket gives somebody a full one. */
const maxBuckets = 50_000;

export interface BucketSize {
  /** What may be taken at once. */
  readonly capacity: number;
  /** What comes back in a second. */
  readonly perSecond: number;
}

interface Bucket {
  level: number;
  /** ms of the clock. */
  at: number;
}

/** Token buckets, one per key: a burst is let through, and then only what comes back. */
export class TokenBuckets {
  readonly #size: BucketSize;
  readonly #now: () => number;
  /** The one used last is the last. */
  readonly #buckets = new Map<string, Bucket>();

  /** `now` is a clock in ms that never goes back. */
  constructor(size: BucketSize, now: () => number) {
    this.#size = size;
    this.#now = now;
  }

  /** Takes one token. 0 when there was one; otherwise the seconds until there will be one. */
  take(key: string): number {
    const bucket = this.#filled(key);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxBuckets) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.level < 1) return (1 - bucket.level) / this.#size.perSecond;
    bucket.level -= 1;
    return 0;
  }

  #filled(key: string): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { level: this.#size.capacity, at: now };
    const back = ((now - bucket.at) / 1_000) * this.#size.perSecond;
    return { level: Math.min(this.#size.capacity, bucket.level + back), at: now };
  }
}
