import type { OutgoingHttpHeaders } from 'node:http';
import type { CacheView, KeptThings } from '../services/cache-service.ts';

/** An answer as it went out. */
export interface KeptAnswer {
  readonly payload: string | Buffer;
  readonly headers: OutgoingHttpHeaders;
  /** What whoever gets it must be admitted to. */
  readonly operations?: readonly string[] | undefined;
}

interface Entry extends KeptAnswer {
  readonly stamp: string;
  readonly until: number;
}

/** Answers of a page that many people look at; the longest unused one goes first. */
const keptAnswers = 500;
/** A larger answer is seldom asked for twice between two changes. */
const maxBytes = 256 * 1024;
/** For this long at most, so that what others write into the database is seen this late. */
const maxAgeMs = 1_000;

/**
 * Answers that are the same for all who may read, kept until anything that they show may have changed: `stamp` names the
 * state of all that. Whoever has written something gets another stamp, so that nobody reads what is older than their write.
 */
export class AnswerCache implements KeptThings {
  readonly #stamp: () => string;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #working = new Map<string, PromiseWithResolvers<void>>();
  #hits = 0;
  #misses = 0;

  constructor(stamp: () => string, now: () => number) {
    this.#stamp = stamp;
    this.#now = now;
  }

  /** To be asked before an answer is worked out, and handed to {@link keep} with it. */
  get stamp(): string {
    return this.#stamp();
  }

  get(key: string): KeptAnswer | undefined {
    const entry = this.#entries.get(key);
    const isCurrent = entry !== undefined && entry.stamp === this.#stamp() && entry.until > this.#now();
    if (isCurrent) this.#hits += 1;
    else this.#misses += 1;
    return isCurrent ? entry : undefined;
  }

  cacheView(): CacheView {
    const counts = { hits: this.#hits, misses: this.#misses, entries: this.#entries.size };
    return { name: 'answers', ttlMs: maxAgeMs, maxEntries: keptAnswers, ...counts };
  }

  /** Answers how many answers were kept. */
  clearCache(): number {
    const { size } = this.#entries;
    this.#entries.clear();
    return size;
  }

  /**
   * Works an answer out that was kept before and is no longer current, once for all who ask for it at the same time: the
   * others wait, and get what it came to. Null for who has to work it out by themselves.
   */
  async share(key: string): Promise<KeptAnswer | null> {
    const working = this.#working.get(key);
    if (working !== undefined) return (await working.promise, this.get(key) ?? null);
    if (this.#entries.has(key)) this.#working.set(key, Promise.withResolvers());
    return null;
  }

  /** To be called when an answer has been worked out, whatever became of it. */
  worked(key: string): void {
    this.#working.get(key)?.resolve();
    this.#working.delete(key);
  }

  keep(key: string, stamp: string, answer: KeptAnswer): void {
    if (answer.payload.length > maxBytes || key.length > maxBytes) return;
    this.#entries.delete(key);
    this.#entries.set(key, { ...answer, stamp, until: this.#now() + maxAgeMs });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > keptAnswers && oldest.done !== true) this.#entries.delete(oldest.value);
  }
}
