import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer, Timers } from '@patronus/core';

interface Due extends Timer {
  at: number;
  readonly periodMs: number | null;
  readonly action: () => void;
}

/**
 * A clock and timers that move only when a test says so. `wallOffsetMs` may be set at any time: the wall clock is the
 * monotonic one plus it.
 */
export class VirtualTime implements Clock, Timers {
  wallOffsetMs = Date.UTC(2026, 0, 1);
  private nowMs = 0;
  private readonly due = new Set<Due>();

  now(): number {
    return this.nowMs;
  }

  wall(): number {
    return this.nowMs + this.wallOffsetMs;
  }

  after(name: string, delayMs: number, action: () => void): Timer {
    return this.add(name, delayMs, null, action);
  }

  every(name: string, periodMs: number, action: () => void): Timer {
    return this.add(name, periodMs, periodMs, action);
  }

  /** Names of the timers that wait, so that a test can see that none is left behind. */
  waiting(): string[] {
    return [...this.due].map((timer) => timer.name);
  }

  /** Lets time pass: timers fire in order, and what they start has settled before the next one fires. */
  async advance(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    await nextTurn();
    for (let next = this.nextUntil(until); next !== undefined; next = this.nextUntil(until)) {
      this.nowMs = Math.max(this.nowMs, next.at);
      if (next.periodMs === null) this.due.delete(next);
      else next.at += next.periodMs;
      next.action();
      await nextTurn();
    }
    this.nowMs = until;
  }

  private add(name: string, delayMs: number, periodMs: number | null, action: () => void): Timer {
    const timer: Due = { name, at: this.nowMs + delayMs, periodMs, action, cancel: () => this.due.delete(timer) };
    this.due.add(timer);
    return timer;
  }

  private nextUntil(until: number): Due | undefined {
    const first = [...this.due].toSorted((a, b) => a.at - b.at)[0];
    return first !== undefined && first.at <= until ? first : undefined;
  }
}
