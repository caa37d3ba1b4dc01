import type { Timer, Timers } from '@patronus/core';
import type { Store } from '../database/store.ts';
import { eventRepository } from '../repositories/event-repository.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import type { MetricService } from './metric-service.ts';

/** Plots over a range that raw metrics do not reach lag by this much. */
const metricsPeriodMs = 30_000;
/** Counters are written down this often for those who read `sdwan_policy_stats`. */
const statsPeriodMs = 60_000;
const prunePeriodMs = 3_600_000;
/** What was deleted goes this much later than promised at most. */
const purgePeriodMs = 3_600_000;
const keptMs = 90 * 24 * 3_600_000;

/** Something that removes for good what was deleted long ago. */
export interface Purging {
  purgeExpired(): Promise<void>;
}

/**
 * What the controller does by itself from time to time: rolls metrics up, writes counters down, drops what is old, and removes
 * for good what was deleted long ago.
 */
export class Maintenance {
  readonly #store: Store;
  readonly #metrics: MetricService;
  readonly #purging: readonly Purging[];
  readonly #onFailure: (failure: unknown) => void;
  #timers: Timer[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly store: Store;
    readonly metrics: MetricService;
    readonly purging: readonly Purging[];
    readonly onFailure: (failure: unknown) => void;
  }) {
    this.#store = parts.store;
    this.#metrics = parts.metrics;
    this.#purging = parts.purging;
    this.#onFailure = parts.onFailure;
  }

  start(timers: Timers): void {
    const every = (name: string, periodMs: number, work: () => Promise<void>): void => {
      this.#timers.push(
        timers.every(name, periodMs, () => {
          this.#running = this.#running.then(work).catch(this.#onFailure);
        }),
      );
    };
    every('roll up metrics', metricsPeriodMs, () => this.#metrics.maintain());
    every('write policy counters down', statsPeriodMs, () => this.snapshotStats());
    every('drop old events', prunePeriodMs, () => this.#prune());
    every('purge what was deleted', purgePeriodMs, () => this.#purge());
  }

  /** Waits for what runs, and writes the counters down a last time. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    await this.#running;
    await this.snapshotStats().catch(this.#onFailure);
  }

  snapshotStats(): Promise<void> {
    return this.#store.change(({ db, at }) => policyRepository.snapshotStats(db, at));
  }

  async #purge(): Promise<void> {
    for (const each of this.#purging) await each.purgeExpired();
  }

  #prune(): Promise<void> {
    return this.#store.change(async ({ db, at }) => {
      await eventRepository.prune(db, at - keptMs);
      await policyRepository.pruneStats(db, at - keptMs);
    });
  }
}
