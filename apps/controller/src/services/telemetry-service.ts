import type { PathReport, TelemetryBatch } from '@patronus/protocol';
import type { Change, PathFigures, RecordedEvent, Store } from '../database/index.ts';
import {
  decisionRepository,
  edgeRepository,
  eventRepository,
  metricRepository,
  pathRepository,
  type EdgeRow,
} from '../repositories/index.ts';
import type { DecisionService } from './decision-service.ts';
import type { MetricService } from './metric-service.ts';
import type { PathService } from './path-service.ts';
import type { TrafficService } from './traffic-service.ts';

export interface TelemetryServiceParts {
  readonly store: Store;
  readonly paths: PathService;
  readonly traffic: TrafficService;
  /** These two keep answers, which end with what is stored here. */
  readonly metrics: Pick<MetricService, 'forget'>;
  readonly decisions: Pick<DecisionService, 'forget'>;
}

/** What edges report of their paths, policies and events. */
export class TelemetryService {
  readonly #store: Store;
  readonly #parts: TelemetryServiceParts;
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
  async store(
    edge: Pick<EdgeRow, 'edge_id' | 'site_id' | 'site'>,
    sequence: number,
    batch: TelemetryBatch,
  ): Promise<number> {
    const { traffic, decisions } = this.#parts;
    await traffic.settle(edge, batch);
    return this.#store.change(async (change) => {
      const stored = (await edgeRepository.find(change.db, edge.edge_id))?.telemetry_sequence ?? 0;
      if (sequence <= stored) return stored;
      await this.#storePaths(change, edge.site_id, batch);
      await traffic.count(change, edge, batch);
      if (await storeDecisions(change, edge.site_id, batch)) change.afterCommit(() => decisions.forget());
      await this.#storeEvents(change, edge, batch);
      const seen = { telemetry_sequence: sequence, last_seen_at: change.at };
      await edgeRepository.update(change.db, edge.edge_id, seen);
      change.afterCommit(() => this.#batches++);
      return sequence;
    });
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
      })),
    );
    for (const report of reports) {
      const state = { health_status: report.health, since: Math.round(report.since), reported_at: timestamp };
      await pathRepository.report(change.db, report.pathId, { ...state, ...figures(report) });
    }
    const pathIds = reports.map((report) => report.pathId);
    change.afterCommit(() => {
      this.#samples += reports.length;
      this.#parts.metrics.forget(pathIds);
      // Whoever listens hears the next report.
      void this.#parts.paths.publishReported(pathIds).catch(() => undefined);
    });
  }

  async #storeEvents(change: Change, edge: Pick<EdgeRow, 'site_id' | 'site'>, batch: TelemetryBatch): Promise<void> {
    for (const event of batch.events) {
      const recorded: RecordedEvent = { ...event, siteId: edge.site_id, site: edge.site };
      const isNew = await eventRepository.insert(change.db, recorded);
      if (isNew) change.afterCommit(() => this.#store.events.publish(recorded));
    }
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

/** Replaces the decisions that changed, and answers whether any did; `since` stays while the paths do. */
async function storeDecisions(change: Change, siteId: string, batch: TelemetryBatch): Promise<boolean> {
  if (batch.decisions.length === 0) return false;
  let isChanged = false;
  const known = new Map(
    (await decisionRepository.listFrom(change.db, siteId)).map((row) => [`${row.policy_id} ${row.dest_site_id}`, row]),
  );
  for (const { policyId, siteId: destination, paths, slaMet, reason } of batch.decisions) {
    const before = known.get(`${policyId} ${destination}`);
    const row = {
      policy_id: policyId,
      source_site_id: siteId,
      dest_site_id: destination,
      paths: JSON.stringify(paths),
      sla_met: slaMet ? (1 as const) : (0 as const),
      reason,
    };
    if (before?.paths === row.paths && before.sla_met === row.sla_met && before.reason === reason) continue;
    const since = before?.paths === row.paths ? before.since : Math.round(batch.to);
    await decisionRepository.saveIfKnown(change.db, { ...row, since });
    isChanged = true;
  }
  return isChanged;
}
