import type { Selectable } from 'kysely';
import type { Timer, Timers } from '@patronus/core';
import type { PathReport, TelemetryBatch } from '@patronus/protocol';
import type { Change, OrderFigures, PathFigures, Store } from '../database/index.ts';
import type { DecisionTable } from '../database/schema.ts';
import {
  decisionRepository,
  edgeRepository,
  metricRepository,
  pathRepository,
  type EdgeRow,
} from '../repositories/index.ts';
import type { DecisionService } from './decision-service.ts';
import type { MetricService } from './metric-service.ts';
import { addCopies } from './path-copies.ts';
import type { PathService } from './path-service.ts';
import type { QosLines } from './qos-lines.ts';
import type { TrafficService } from './traffic-service.ts';

export interface TelemetryServiceParts {
  readonly store: Store;
  readonly paths: PathService;
  readonly traffic: TrafficService;
  readonly qosLines: QosLines;
  /** These two keep answers, which end with what is stored here. */
  readonly metrics: Pick<MetricService, 'forget'>;
  readonly decisions: Pick<DecisionService, 'forget'>;
  readonly timers: Timers;
  /** How long a batch waits for others, ms. */
  readonly gatherMs: number;
}

/**
 * From one commit to the next. Each waits for the disk, some milliseconds in which nothing else is done; a hundred edges send
 * a hundred batches a second.
 */
export const telemetryGatherMs = 50;

type BatchEdge = Pick<EdgeRow, 'edge_id' | 'site_id' | 'site'>;

interface Waiting {
  readonly edge: BatchEdge;
  readonly sequence: number;
  readonly batch: TelemetryBatch;
  resolve(stored: number): void;
  reject(failure: unknown): void;
}

/** What edges report of their paths, policies and events. */
export class TelemetryService {
  readonly #store: Store;
  readonly #parts: TelemetryServiceParts;
  #waiting: Waiting[] = [];
  /** Until the next commit: at once after a silence, which is when an edge tells that a path is down. */
  #timer: Timer | null = null;
  #batches = 0;
  #samples = 0;

  constructor(parts: TelemetryServiceParts) {
    this.#store = parts.store;
    this.#parts = parts;
  }

  /** What was stored since the start. */
  get stored(): { readonly batches: number; readonly pathSamples: number } {
    return { batches: this.#batches, pathSamples: this.#samples };
  }

  /**
   * Stores a batch once: all of it or nothing, and one that comes again changes nothing. Answers up to which sequence number
   * everything of this edge is stored.
   */
  store(edge: BatchEdge, sequence: number, batch: TelemetryBatch): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ edge, sequence, batch, resolve, reject });
      this.#timer ??= this.#parts.timers.after('store telemetry', 0, () => void this.flush());
    });
  }

  /** Stores all batches that wait, in one transaction; each for itself where that fails, so that a bad one fails alone. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    this.#timer = this.#parts.timers.after('store telemetry', this.#parts.gatherMs, () => void this.flush());
    try {
      await this.#storeTogether(waiting);
    } catch (thrown) {
      await this.#storeSingly(waiting, thrown);
    }
  }

  /** After a batch that cannot be stored none of the same edge is, so that the edge sends all of them again. */
  async #storeSingly(waiting: readonly Waiting[], thrown: unknown): Promise<void> {
    const failed = new Map<string, unknown>();
    if (waiting.length === 1) failed.set(waiting[0]!.edge.edge_id, thrown);
    for (const each of waiting) {
      const { edge_id } = each.edge;
      if (!failed.has(edge_id)) await this.#storeTogether([each]).catch((error: unknown) => failed.set(edge_id, error));
      if (failed.has(edge_id)) each.reject(failed.get(edge_id));
    }
  }

  async #storeTogether(waiting: readonly Waiting[]): Promise<void> {
    for (const { edge, batch } of waiting) await this.#parts.traffic.settle(edge, batch);
    const stored = await this.#store.change(async (change) => {
      const sequences: number[] = [];
      for (const { edge, sequence, batch } of waiting)
        sequences.push(await this.#storeBatch(change, edge, sequence, batch));
      return sequences;
    });
    waiting.forEach(({ resolve }, index) => resolve(stored[index]!));
  }

  async #storeBatch(change: Change, edge: BatchEdge, sequence: number, batch: TelemetryBatch): Promise<number> {
    const { traffic, decisions, qosLines } = this.#parts;
    const stored = (await edgeRepository.find(change.db, edge.edge_id))?.telemetry_sequence ?? 0;
    if (sequence <= stored) return stored;
    await this.#storePaths(change, edge.site_id, batch);
    await traffic.count(change, edge, batch);
    await qosLines.store(change, edge.site_id, batch.qos ?? [], Math.min(Math.round(batch.to), change.at));
    await storeCopies(change, edge.site_id, batch);
    if (await storeDecisions(change, edge.site_id, batch)) change.afterCommit(() => decisions.forget());
    const site = { id: edge.site_id, name: edge.site };
    for (const event of batch.events) await change.report(event, site);
    const seen = { telemetry_sequence: sequence, last_seen_at: change.at };
    await edgeRepository.update(change.db, edge.edge_id, seen);
    change.afterCommit(() => this.#batches++);
    return sequence;
  }

  async #storePaths(change: Change, siteId: string, batch: TelemetryBatch): Promise<void> {
    if (batch.paths.length === 0) return;
    const own = await pathRepository.listSourcesFrom(change.db, siteId);
    const reports = batch.paths.filter((report) => own.has(report.pathId));
    // A clock that runs ahead must not make later, true reports look old.
    const timestamp = Math.min(Math.round(batch.to), change.at);
    await metricRepository.insertRaw(
      change.db,
      reports.map((report) => ({
        path_id: report.pathId,
        timestamp,
        health_status: report.health,
        ...figures(report),
        ...orderFigures(report),
      })),
    );
    await pathRepository.report(
      change.db,
      reports.map((report) => ({
        path_id: report.pathId,
        health_status: report.health,
        since: Math.round(report.since),
        reported_at: timestamp,
        ...figures(report),
        ...orderFigures(report),
      })),
    );
    const pathIds = reports.map((report) => report.pathId);
    change.afterCommit(() => {
      this.#samples += reports.length;
      this.#parts.metrics.forget(pathIds);
      // Whoever listens hears the next report.
      void this.#parts.paths.publishReported(pathIds).catch(() => undefined);
    });
  }
}

const figures = ({ quality }: PathReport): PathFigures => ({
  latency: quality.forward.delayMs,
  jitter: quality.forward.jitterMs,
  loss: quality.forward.lossPercent,
  rtt: quality.rttMs,
  mos: quality.mos,
  reverse_latency: quality.reverse.delayMs,
  reverse_jitter: quality.reverse.jitterMs,
  reverse_loss: quality.reverse.lossPercent,
});

const orderFigures = ({ quality }: PathReport): OrderFigures => ({
  reordering_percent: quality.forward.reorderingPercent ?? null,
  duplication_percent: quality.forward.duplicationPercent ?? null,
});

/** Adds what edges counted of duplicated packets to the paths. */
async function storeCopies({ db }: Change, siteId: string, { copies = [] }: TelemetryBatch): Promise<void> {
  if (copies.length === 0) return;
  const own = await pathRepository.listSourcesFrom(db, siteId);
  const told = copies.filter(({ pathId }) => own.has(pathId));
  const known = await pathRepository.listCopies(
    db,
    told.map(({ pathId }) => pathId),
  );
  for (const { pathId, ...counts } of told) {
    await pathRepository.setCopies(db, pathId, addCopies(known.get(pathId) ?? null, counts));
  }
}

const isSameDecision = (a: Selectable<DecisionTable>, b: Omit<Selectable<DecisionTable>, 'since'>): boolean =>
  a.paths === b.paths && a.copy_path_id === b.copy_path_id && a.sla_met === b.sla_met && a.reason === b.reason;

/** Replaces the decisions that changed, and answers whether any did; `since` stays while the paths do. */
async function storeDecisions(change: Change, siteId: string, batch: TelemetryBatch): Promise<boolean> {
  if (batch.decisions.length === 0) return false;
  let isChanged = false;
  const known = new Map(
    (await decisionRepository.listFrom(change.db, siteId)).map((row) => [`${row.policy_id} ${row.dest_site_id}`, row]),
  );
  for (const { policyId, siteId: destination, paths, copyPathId = null, slaMet, reason } of batch.decisions) {
    const before = known.get(`${policyId} ${destination}`);
    const row = {
      policy_id: policyId,
      source_site_id: siteId,
      dest_site_id: destination,
      paths: JSON.stringify(paths),
      copy_path_id: copyPathId,
      sla_met: slaMet ? (1 as const) : (0 as const),
      reason,
    };
    if (before !== undefined && isSameDecision(before, row)) continue;
    const since = before?.paths === row.paths ? before.since : Math.round(batch.to);
    await decisionRepository.saveIfKnown(change.db, { ...row, since });
    isChanged = true;
  }
  return isChanged;
}
