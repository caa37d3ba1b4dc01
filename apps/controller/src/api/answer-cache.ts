/** An answer as it went out. */
export interface KeptAnswer {
  readonly body: string;
  readonly contentType: string;
  readonly entityTag?: string;
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
export class AnswerCache {
  readonly #stamp: () => string;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

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
    if (entry === undefined) return undefined;
    if (entry.stamp === this.#stamp() && entry.until > this.#now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  keep(key: string, stamp: string, answer: KeptAnswer): void {
    if (answer.body.length > maxBytes || key.length > maxBytes) return;
    this.#entries.delete(key);
    this.#entries.set(key, { ...answer, stamp, until: this.#now() + maxAgeMs });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > keptAnswers && oldest.done !== true) this.#entries.delete(oldest.value);
  }
}
