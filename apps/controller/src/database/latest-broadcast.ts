import type { Timer, Timers } from '@patronus/core';

/** Between two deliveries to a reader. A page redraws less often than that; more messages would only cost both ends time. */
const restMs = 20;

/**
 * Tells how things are that are reported again and again. A reader gets what was reported since it last asked, all at once and
 * each thing as it is by then: one that is slow misses what is over, and holds no more than all there is.
 */
export class LatestBroadcast<T> {
  readonly #keyOf: (value: T) => string;
  readonly #timers: Timers;
  readonly #readers = new Set<LatestReader<T>>();

  constructor(keyOf: (value: T) => string, timers: Timers) {
    this.#keyOf = keyOf;
    this.#timers = timers;
  }

  publish(values: readonly T[]): void {
    for (const reader of this.#readers) reader.push(values, this.#keyOf);
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Lists of what is published from now on, none of them empty, until the reader stops. */
  subscribe(): AsyncIterableIterator<readonly T[]> {
    const reader = new LatestReader<T>(this.#timers, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }
}

class LatestReader<T> implements AsyncIterableIterator<readonly T[]> {
  readonly #timers: Timers;
  readonly #onEnd: () => void;
  readonly #pending = new Map<string, T>();
  #rest: Timer | null = null;
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(timers: Timers, onEnd: () => void) {
    this.#timers = timers;
    this.#onEnd = onEnd;
  }

  push(values: readonly T[], keyOf: (value: T) => string): void {
    for (const value of values) this.#pending.set(keyOf(value), value);
    this.#wake();
  }

  async next(): Promise<IteratorResult<readonly T[]>> {
    while (!this.#hasEnded && (this.#pending.size === 0 || this.#rest !== null)) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#hasEnded) return { value: undefined, done: true };
    const value = [...this.#pending.values()];
    this.#pending.clear();
    this.#rest = this.#timers.after('rest between two deliveries', restMs, () => {
      this.#rest = null;
      this.#wake();
    });
    return { value, done: false };
  }

  async return(): Promise<IteratorResult<readonly T[]>> {
    this.#hasEnded = true;
    this.#rest?.cancel();
    this.#pending.clear();
    this.#onEnd();
    this.#wake();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What lists hold, one after the other. */
export function eachOf<T>(lists: AsyncIterableIterator<readonly T[]>): AsyncIterableIterator<T> {
  let rest: T[] = [];
  const singles: AsyncIterableIterator<T> = {
    async next() {
      while (rest.length === 0) {
        const list = await lists.next();
        if (list.done === true) return { value: undefined, done: true };
        rest = list.value.toReversed();
      }
      return { value: rest.pop()!, done: false };
    },
    async return() {
      rest = [];
      await lists.return!();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => singles,
  };
  return singles;
}
