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
    const pending: T[] = [];
    let wake: (() => void) | undefined;
    let ended = false;
    const end = (): void => {
      ended = true;
      this.#readers.delete(read);
      wake?.();
    };
    const read = (value: T): void => {
      if (pending.length >= backlog) return end();
      pending.push(value);
      wake?.();
    };
    this.#readers.add(read);
    return {
      async next() {
        while (pending.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
        if (pending.length > 0) return { value: pending.shift()!, done: false };
        return { value: undefined, done: true };
      },
      async return() {
        end();
        pending.length = 0;
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}
