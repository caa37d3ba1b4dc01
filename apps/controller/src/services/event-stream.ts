import { PatronusError } from '@patronus/core';
import type { RecordedEvent } from '../database/store.ts';
import type { EventFilter } from '../repositories/event-repository.ts';

type Stored = { readonly seq: number; readonly event: RecordedEvent };

/** What was stored after a number, oldest first, a page of it. */
type Following = (seq: number) => Promise<readonly Stored[]>;

/** First what was stored since the reader was last here, then what happens, without a gap between the two. */
export class EventStream implements AsyncIterableIterator<RecordedEvent> {
  readonly #live: AsyncIterableIterator<RecordedEvent>;
  readonly #filter: Omit<EventFilter, 'limit'>;
  /** Null once everything that was missed has been told. */
  #following: Following | null;
  #seq: number;
  #missed: Stored[] = [];
  /** What was told from the tables and may come again from those who listen. */
  readonly #told = new Set<string>();
  #last: string | null = null;
  #isClosed = false;

  constructor(
    live: AsyncIterableIterator<RecordedEvent>,
    filter: Omit<EventFilter, 'limit'>,
    following: Following | null,
    seq: number,
  ) {
    this.#live = live;
    this.#filter = filter;
    this.#following = following;
    this.#seq = seq;
  }

  async next(): Promise<IteratorResult<RecordedEvent>> {
    const missed = await this.#nextMissed();
    const event = missed ?? (await this.#nextLive());
    if (event === null || this.#isClosed) return { value: undefined, done: true };
    this.#last = event.id;
    return { value: event, done: false };
  }

  async return(): Promise<IteratorResult<RecordedEvent>> {
    this.#isClosed = true;
    await this.#live.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #nextMissed(): Promise<RecordedEvent | null> {
    if (this.#missed.length === 0 && this.#following !== null) {
      this.#missed = [...(await this.#following(this.#seq))];
      if (this.#missed.length === 0) this.#following = null;
    }
    const next = this.#missed.shift();
    if (next === undefined) return null;
    this.#seq = next.seq;
    this.#told.add(next.event.id);
    return next.event;
  }

  async #nextLive(): Promise<RecordedEvent | null> {
    for (;;) {
      const result = await this.#live.next();
      if (result.done === true) return this.#isClosed ? null : this.#fallBehind();
      const event = result.value;
      if (this.#told.delete(event.id)) continue;
      if (matches(event, this.#filter)) return event;
    }
  }

  #fallBehind(): never {
    const remedy = this.#last === null ? 'ask again' : `ask again with after: "${this.#last}"`;
    throw new PatronusError('exhausted', `events came faster than they were read; ${remedy}`, {
      facts: { after: this.#last },
    });
  }
}

const matches = (event: RecordedEvent, { types, severities, siteId }: Omit<EventFilter, 'limit'>): boolean =>
  (types?.includes(event.eventType) ?? true) &&
  (severities?.includes(event.severity) ?? true) &&
  (siteId === undefined || event.siteId === siteId);
