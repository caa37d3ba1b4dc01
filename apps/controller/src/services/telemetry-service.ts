import type { PathReport, PolicyCounter, TelemetryBatch } from '@patronus/protocol';
import type { Change, PathFigures, Store } from '../database/index.ts';
import {
  decisionRepository,
  edgeRepository,
  metricRepository,
  pathRepository,
  policyRepository,
  type EdgeRow,
} from '../repositories/index.ts';
import type { PathService } from './path-service.ts';

/** What edges report of their paths, policies and events. */
export class TelemetryService {
  readonly #store: Store;
  readonly #paths: PathService;

  constructor(store: Store, paths: PathService) {
    this.#store = store;
    this.#paths = paths;
  }

  /**
   * Stores a batch once: all of it or nothing, and one that comes again changes nothing. Answers up to which sequence number
   * everything of this edge is stored.
   */
  store(edge: Pick<EdgeRow, 'edge_id' | 'site_id' | 'site'>, sequence: number, batch: TelemetryBatch): Promise<number> {
    return this.#store.change(async (change) => {
      const stored = (await edgeRepository.find(change.db, edge.edge_id))?.telemetry_sequence ?? 0;
      if (sequence <= stored) return stored;
      await this.#storePaths(change, edge.site_id, batch);
      await storeCounters(change, edge.edge_id, batch.policies);
      await storeDecisions(change, edge.site_id, batch);
      const site = { id: edge.site_id, name: edge.site };
      for (const event of batch.events) await change.report(event, site);
      const seen = { telemetry_sequence: sequence, last_seen_at: change.at };
      await edgeRepository.update(change.db, edge.edge_id, seen);
      return sequence;
    });
  }

  async #storePaths(change: Change, siteId: string, batch: TelemetryBatch): Promise<void> {
    if (batch.paths.length === 0) return;
    const own = await pathRepository.listIdsFrom(change.db, siteId);
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
    // Whoever listens hears the next report.
    change.afterCommit(() => void this.#paths.publishReported(pathIds).catch(() => undefined));
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

/** Adds what came since the edge last told; a new epoch counts from zero. */
async function storeCounters(change: Change, edgeId: string, counters: readonly PolicyCounter[]): Promise<void> {
  for (const { policyId, epoch, packets, bytes } of counters) {
    const last = await policyRepository.lastCounter(change.db, edgeId, policyId);
    const base = last?.epoch === epoch ? last : { packets: 0, bytes: 0 };
    const [morePackets, moreBytes] = [packets - base.packets, bytes - base.bytes];
    if (last?.epoch === epoch && morePackets <= 0) continue;
    if ((await policyRepository.find(change.db, policyId)) === undefined) continue;
    await policyRepository.addCounts(
      change.db,
      policyId,
      BigInt(Math.max(0, morePackets)),
      BigInt(Math.max(0, moreBytes)),
    );
    await policyRepository.saveCounter(change.db, { edge_id: edgeId, policy_id: policyId, epoch, packets, bytes });
  }
}

/** Replaces the decisions that changed; `since` stays while the paths do. */
async function storeDecisions(change: Change, siteId: string, batch: TelemetryBatch): Promise<void> {
  if (batch.decisions.length === 0) return;
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
  }
}
