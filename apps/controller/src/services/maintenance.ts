import type { Timer, Timers } from '@patronus/core';
import type { TokenSigner } from '../auth/index.ts';
import type { Store } from '../database/store.ts';
import { eventRepository } from '../repositories/event-repository.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import type { MetricService } from './metric-service.ts';
import type { PathOverrideService } from './path-override-service.ts';

/** Plots over a range that raw metrics do not reach lag by this much. */
const metricsPeriodMs = 30_000;
/** Counters are written down this often for those who read `sdwan_policy_stats`. */
const statsPeriodMs = 60_000;
/** An override is over by itself; this late, those who ask and those who listen see it gone from the tables too. */
const overridesPeriodMs = 2_000;
const prunePeriodMs = 3_600_000;
/** Audit rows that are not signed yet wait this long at most; idle controllers sign nothing. */
const anchorPeriodMs = 3_600_000;
/** What was deleted goes this much later than promised at most. */
const purgePeriodMs = 3_600_000;
/** A signing key that has served its time signs this much longer at most. */
const signingPeriodMs = 3_600_000;
const keptMs = 90 * 24 * 3_600_000;

/** Something that removes for good what was deleted long ago. */
export interface Purging {
  purgeExpired(): Promise<void>;
}

export interface MaintenanceParts {
  readonly store: Store;
  readonly metrics: MetricService;
  readonly pathOverrides: PathOverrideService;
  readonly signer: Pick<TokenSigner, 'maintain'>;
  readonly purging: readonly Purging[];
  readonly onFailure: (failure: unknown) => void;
}

/**
 * What the controller does by itself from time to time: rolls metrics up, writes counters down, signs audit rows, drops what
 * is old, removes for good what was deleted long ago, and changes the key that signs access tokens.
 */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  #timers: Timer[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  start(timers: Timers): void {
    const every = (name: string, periodMs: number, work: () => Promise<void>): void => {
      this.#timers.push(
        timers.every(name, periodMs, () => {
          this.#running = this.#running.then(work).catch(this.#parts.onFailure);
        }),
      );
    };
    every('roll up metrics', metricsPeriodMs, () => this.#parts.metrics.maintain());
    every('write policy counters down', statsPeriodMs, () => this.snapshotStats());
    every('end path overrides', overridesPeriodMs, () => this.#parts.pathOverrides.removeOver());
    every('drop old events', prunePeriodMs, () => this.#prune());
    every('sign the newest audit row', anchorPeriodMs, () => this.anchorAudit());
    every('purge what was deleted', purgePeriodMs, () => this.#purge());
    every('change the signing key', signingPeriodMs, () => this.#parts.signer.maintain());
  }

  /** Waits for what runs, writes the counters down a last time and signs the last audit row. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    await this.#running;
    await this.snapshotStats().catch(this.#parts.onFailure);
    await this.anchorAudit().catch(this.#parts.onFailure);
  }

  snapshotStats(): Promise<void> {
    return this.#parts.store.change(({ db, at }) => policyRepository.snapshotStats(db, at));
  }

  anchorAudit(): Promise<void> {
    return this.#parts.store.change(({ db, at }) => this.#parts.store.audit.anchor(db, at));
  }

  async #purge(): Promise<void> {
    for (const each of this.#parts.purging) await each.purgeExpired();
  }

  #prune(): Promise<void> {
    return this.#parts.store.change(async ({ db, at }) => {
      await eventRepository.prune(db, at - keptMs);
      await policyRepository.pruneStats(db, at - keptMs);
    });
  }
}
