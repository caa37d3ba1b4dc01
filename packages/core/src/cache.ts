import { systemClock, type Clock } from './clock.ts';

export interface CacheOptions {
  /** How long a value is good where nobody says otherwise, ms. */
  readonly ttlMs: number;
  /** How many values there may be; the one that nobody asked for longest makes room. */
  readonly maxEntries: number;
  readonly clock?: Clock;
}

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Values it holds, those that are over and were not looked at since among them. */
  readonly entries: number;
}

interface Entry<V> {
  readonly value: V;
  /** By the monotonic clock, ms. */
  readonly goodUntil: number;
}

/**
 * Values that are good for a while. It never holds more than it may, and where many ask for one that is missing, it is made
 * once for all of them. A value that was removed while it was made is given to those who had asked before, and to nobody
 * after: who writes and then removes never reads what was before the write.
 */
export class Cache<K, V> {
  readonly #options: Required<CacheOptions>;
  /** In order of last use, the latest last. */
  readonly #entries = new Map<K, Entry<V>>();
  readonly #making = new Map<K, Promise<V>>();
  #hits = 0;
  #misses = 0;

  constructor(options: CacheOptions) {
    this.#options = { clock: systemClock, ...options };
  }

  /** The value, or undefined where there is none that is still good. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#entries.delete(key);
    if (entry.goodUntil <= this.#options.clock.now()) {
      this.#misses++;
      return undefined;
    }
    this.#entries.set(key, entry);
    this.#hits++;
    return entry.value;
  }

  /**
   * The value, made where there is none that is still good. Errors: those of `make`, for all who wait for it; the next one
   * who asks tries again.
   */
  async getOrMake(key: K, make: () => Promise<V>): Promise<V> {
    const known = this.get(key);
    if (known !== undefined) return known;
    const begun = this.#making.get(key);
    if (begun !== undefined) return begun;
    const making = make();
    this.#making.set(key, making);
    try {
      const value = await making;
      if (this.#making.get(key) === making) this.insert(key, value);
      return value;
    } finally {
      if (this.#making.get(key) === making) this.#making.delete(key);
    }
  }

  insert(key: K, value: V): void {
    this.insertWithTtl(key, value, this.#options.ttlMs);
  }

  insertWithTtl(key: K, value: V, ttlMs: number): void {
    this.#making.delete(key);
    this.#entries.delete(key);
    if (this.#entries.size >= this.#options.maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, { value, goodUntil: this.#options.clock.now() + ttlMs });
  }

  /** Whether there was a value that was still good. */
  remove(key: K): boolean {
    const had = this.contains(key);
    this.#making.delete(key);
    this.#entries.delete(key);
    return had;
  }

  /** Whether there is a value that is still good. It counts neither as hit nor as use. */
  contains(key: K): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.goodUntil > this.#options.clock.now();
  }

  /** Removes values that are over; answers how many. */
  cleanupExpired(): number {
    const now = this.#options.clock.now();
    const before = this.#entries.size;
    for (const [key, { goodUntil }] of this.#entries) if (goodUntil <= now) this.#entries.delete(key);
    return before - this.#entries.size;
  }

  /** Removes everything; answers how many values that were. Hits and misses go on counting. */
  clear(): number {
    const before = this.#entries.size;
    this.#making.clear();
    this.#entries.clear();
    return before;
  }

  stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, entries: this.#entries.size };
  }
}
