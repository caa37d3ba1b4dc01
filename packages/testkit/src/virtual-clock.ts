import type { Clock, Timer, Timers } from '@patronus/core';

interface Pending {
  readonly name: string;
  readonly action: () => void;
  /** Null for a timer that fires once. */
  readonly periodMs: number | null;
  dueMs: number;
}

/**
 * A clock and timers whose time moves only when a test moves it. Timers fire in order of their time, and those of the same
 * time in the order in which they were set.
 */
export class VirtualClock implements Clock, Timers {
  #nowMs = 0;
  readonly #startWallMs: number;
  readonly #pending = new Set<Pending>();

  /** @param startWallMs unix ms at which the story begins */
  constructor(startWallMs = Date.UTC(2026, 0, 1)) {
    this.#startWallMs = startWallMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#startWallMs + this.#nowMs;
  }

  after(name: string, delayMs: number, action: () => void): Timer {
    return this.#set({ name, action, periodMs: null, dueMs: this.#nowMs + Math.max(0, delayMs) });
  }

  every(name: string, periodMs: number, action: () => void): Timer {
    if (!(periodMs > 0)) throw new RangeError(`the timer "${name}" needs a period over 0 ms, not ${periodMs}`);
    return this.#set({ name, action, periodMs, dueMs: this.#nowMs + periodMs });
  }

  /** The names of the timers that wait, the next one first. */
  get waiting(): string[] {
    return [...this.#pending].toSorted((a, b) => a.dueMs - b.dueMs).map(({ name }) => name);
  }

  /** Lets time pass, firing what falls due on the way, also what is set meanwhile. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#fireNext(endMs));
    this.#nowMs = endMs;
  }

  /** As {@link advance}, and lets promises settle after every timer, so that what awaits them sets its own in time. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    do await settle();
    while (this.#fireNext(endMs));
    this.#nowMs = endMs;
  }

  #set(pending: Pending): Timer {
    this.#pending.add(pending);
    return { name: pending.name, cancel: () => void this.#pending.delete(pending) };
  }

  #fireNext(endMs: number): boolean {
    let next: Pending | null = null;
    for (const pending of this.#pending) {
      if (pending.dueMs <= endMs && (next === null || pending.dueMs < next.dueMs)) next = pending;
    }
    if (next === null) return false;
    this.#nowMs = next.dueMs;
    this.#pending.delete(next);
    if (next.periodMs !== null) {
      next.dueMs += next.periodMs;
      this.#pending.add(next);
    }
    next.action();
    return true;
  }
}

/** A turn of the event loop: every promise that can settle without time or input has done so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
