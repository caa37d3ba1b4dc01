/** How many undelivered values a slow reader may pile up before it is cut off; more would only hold memory for it. */
const defaultBacklog = 1_000;

/**
 * Hands every value to all who listen at that moment. A reader that falls further behind than the backlog is ended, so
 * that it asks again from a known state and does not miss something unawares.
 */
export class Broadcast<T> {
  readonly #readers = new Set<(value: T) => void>();

  publish(value: T): void {
    for (const reader of this.#readers) reader(value);
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Values published from now on, until the reader stops. */
  subscribe(backlog = defaultBacklog): AsyncIterableIterator<T> {
    const reader = new Reader<T>(backlog, () => this.#readers.delete(read));
    const read = (value: T): void => reader.push(value);
    this.#readers.add(read);
    return reader;
  }
}

class Reader<T> implements AsyncIterableIterator<T> {
  readonly #pending: T[] = [];
  readonly #backlog: number;
  readonly #onEnd: () => void;
  #hasEnded = false;
  #wake: (() => void) | null = null;

  constructor(backlog: number, onEnd: () => void) {
    this.#backlog = backlog;
    this.#onEnd = onEnd;
  }

  push(value: T): void {
    if (this.#pending.length >= this.#backlog) return this.#end();
    this.#pending.push(value);
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#pending.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#pending.length === 0) return { value: undefined, done: true };
    return { value: this.#pending.shift()!, done: false };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#pending.length = 0;
    this.#end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    this.#hasEnded = true;
    this.#onEnd();
    this.#wake?.();
  }
}
