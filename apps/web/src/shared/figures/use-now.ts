import { useSyncExternalStore } from 'react';

/** One timer for all that shows how long ago something was. */
class Clock {
  readonly #listeners = new Set<() => void>();
  #now = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly now = (): number => this.#now;

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) this.#start();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  };

  readonly #periodMs: number;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  #start(): void {
    this.#now = Date.now();
    this.#timer = setInterval(() => {
      this.#now = Date.now();
      for (const listener of this.#listeners) listener();
    }, this.#periodMs);
  }
}

const clocks = new Map<number, Clock>();

/** The time, unix ms, renewed at a period; all that ask for the same period change together. */
export function useNow(periodMs: number): number {
  const clock = clocks.get(periodMs) ?? new Clock(periodMs);
  clocks.set(periodMs, clock);
  return useSyncExternalStore(clock.subscribe, clock.now);
}
