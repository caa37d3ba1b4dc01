import type { Timer, Timers } from '@patronus/core';
import { systemActor, type AuditLog } from '../audit/index.ts';
import type { TokenSigner } from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { auditRepository } from '../repositories/audit-repository.ts';
import { deviceSignInRepository } from '../repositories/device-sign-in-repository.ts';
import { eventDeliveryRepository } from '../repositories/event-delivery-repository.ts';
import { eventRepository } from '../repositories/event-repository.ts';
import { idempotencyRepository } from '../repositories/idempotency-repository.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { trafficBucketMs } from '../repositories/traffic-repository.ts';
import type { MetricService } from './metric-service.ts';
import { idempotencyMs } from './once.ts';
import type { PathOverrideService } from './path-override-service.ts';
import type { SlaService } from './sla-service.ts';
import type { TrafficService } from './traffic-service.ts';

/** Plots over a range that raw metrics do not reach lag by this much. */
const metricsPeriodMs = 30_000;
/** A report of SLAs lags by this much. */
const slaPeriodMs = 10_000;
/** Width of the finest history, and how much an edge that never comes back may be short of after a crash. */
const trafficPeriodMs = trafficBucketMs.tenSeconds;
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
/** Events that were given up can be sent again for so long. */
const deadLettersMs = 30 * 24 * 3_600_000;

const dayMs = 24 * 3_600_000;

/** How long each class of data is kept, in days. */
export interface Retention {
  readonly keepEventsDays: number;
  readonly keepStatisticsDays: number;
  /** 0: for ever. */
  readonly keepAuditDays: number;
}

/** Something that removes for good what was deleted long ago. */
export interface Purging {
  purgeExpired(): Promise<void>;
}

export interface MaintenanceParts {
  readonly store: Store;
  readonly metrics: MetricService;
  readonly sla: Pick<SlaService, 'count' | 'prune'>;
  readonly traffic: TrafficService;
  readonly pathOverrides: PathOverrideService;
  readonly retention: Retention;
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
    every('count SLAs', slaPeriodMs, () => this.#parts.sla.count());
    every('write traffic down', trafficPeriodMs, () => this.#parts.traffic.flush());
    every('write policy counters down', statsPeriodMs, () => this.#parts.traffic.snapshot());
    every('drop old traffic', metricsPeriodMs, () => this.#parts.traffic.prune());
    every('end path overrides', overridesPeriodMs, () => this.#parts.pathOverrides.removeOver());
    every('drop what is old', prunePeriodMs, () => this.prune());
    every('sign the newest audit row', anchorPeriodMs, () => this.anchorAudit());
    every('purge what was deleted', purgePeriodMs, () => this.#purge());
    every('change the signing key', signingPeriodMs, () => this.#parts.signer.maintain());
  }

  /** Waits for what runs, writes the counters down a last time and signs the last audit row. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    await this.#running;
    await this.#parts.traffic.snapshot().catch(this.#parts.onFailure);
    await this.anchorAudit().catch(this.#parts.onFailure);
  }

  anchorAudit(): Promise<void> {
    return this.#parts.store.change(({ db, at }) => this.#parts.store.audit.anchor(db, at));
  }

  async #purge(): Promise<void> {
    for (const each of this.#parts.purging) await each.purgeExpired();
  }

  /** Drops what has been kept for its time. */
  async prune(): Promise<void> {
    const { store, traffic, sla, retention } = this.#parts;
    await traffic.pruneTotals();
    await sla.prune();
    await store.change(async (change) => {
      const before = (days: number): number => change.at - days * dayMs;
      await eventRepository.prune(change.db, before(retention.keepEventsDays));
      await policyRepository.pruneStats(change.db, before(retention.keepStatisticsDays));
      await eventDeliveryRepository.pruneDead(change.db, change.at - deadLettersMs);
      await idempotencyRepository.prune(change.db, change.at - idempotencyMs);
      await deviceSignInRepository.prune(change.db, change.at);
      if (retention.keepAuditDays > 0) await pruneAudit(change, store.audit, before(retention.keepAuditDays));
    });
  }
}

/** Removes audit rows from before a time, and says so in the log itself. */
async function pruneAudit(change: Change, log: AuditLog, before: number): Promise<void> {
  // Once a day: each time leaves a row, and that goes one day too.
  if (!(await auditRepository.hasRowsBefore(change.db, before - dayMs))) return;
  const { removed, sequence } = await log.cut(change.db, change.at, before);
  if (removed === 0) return;
  const target = { type: 'audit_log', id: null, name: null } as const;
  await change.audit(systemActor, { action: 'audit_log_cut', target, details: { removed, up_to: sequence } });
}
