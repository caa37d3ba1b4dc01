import { TrafficStatsCollector, type PolicyStats } from '@patronus/core';
import type { PathTraffic, TelemetryBatch } from '@patronus/protocol';
import type { Actor } from '../audit/index.ts';
import type { Db } from '../database/schema.ts';
import type { TrafficCounts } from '../database/traffic-tables.ts';
import type { Change, Store } from '../database/store.ts';
import { edgeRepository, pathRepository, policyRepository } from '../repositories/index.ts';
import {
  trafficBucketMs,
  trafficRepository,
  type TrafficKind,
  type TrafficResolution,
  type TrafficTotalRow,
} from '../repositories/traffic-repository.ts';
import { FlowCounts } from './flow-counts.ts';
import { found } from './found.ts';
import { TrafficLedger, type LedgerPage, type ReportingEdge } from './traffic-ledger.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long fine resolutions are kept: ten seconds for what just happened, minutes for yesterday. */
export const trafficRetentionMs = { tenSeconds: hourMs, minute: 2 * dayMs } as const;
/** Hours of a year, and of the one before to compare with. */
const usualKeepDays = 400;

/** Traffic of one object. Counters are those since `firstSeen`, unix ms. */
export interface TrafficTotals {
  readonly packetsMatched: bigint;
  readonly bytesMatched: bigint;
  readonly bytesSent: bigint;
  readonly bytesReceived: bigint;
  readonly firstSeen: number;
  readonly lastUpdated: number;
}

/**
 * Traffic as the kernels of edges count it. Live counters are in memory and take every report at once; they are written
 * down every ten seconds, before a kernel starts again at zero, and at the stop. After a crash nothing is missing of an
 * edge that comes back: it tells its counters in full, and they go on from where they were written down.
 */
export class TrafficService {
  readonly #store: Store;
  readonly #ledger = new TrafficLedger();
  readonly #policies: TrafficStatsCollector;
  readonly #flows = new FlowCounts<number>();
  readonly #applicationFlows = new FlowCounts<string>();
  /** Ids of live policies; null until somebody asks after a change. */
  #policyIds: ReadonlySet<number> | null = null;
  readonly #keptMs: Readonly<Record<TrafficResolution, number>>;

  /** `keepDays` is how long hours are kept. */
  constructor(store: Store, keepDays = usualKeepDays) {
    this.#store = store;
    this.#keptMs = { ...trafficRetentionMs, hour: keepDays * dayMs };
    const now = (): number => store.wallMs;
    this.#policies = new TrafficStatsCollector({ clock: { now, wall: now } });
    store.onIntentChange(() => (this.#policyIds = null));
  }

  /** Goes on from what was written down; called once, before the first report. */
  async load(): Promise<void> {
    const { db } = this.#store;
    for (const row of await trafficRepository.listPolicyTotals(db)) {
      const { first_seen, last_updated } = row;
      const [packets_matched, bytes_matched] = [BigInt(row.packets_matched), BigInt(row.bytes_matched)];
      this.#policies.restore(Number(row.object_id), { packets_matched, bytes_matched, first_seen, last_updated });
    }
    const policies = await trafficRepository.listPolicyCounters(db);
    this.#ledger.load(policies, await trafficRepository.listPathCounters(db));
  }

  /** To be called before a batch is counted: what was counted before a kernel started again at zero is on disk then. */
  async settle(edge: ReportingEdge, batch: TelemetryBatch): Promise<void> {
    if (this.#ledger.startsAgain(edge, batch.policies)) await this.flush();
  }

  /** Counts what a batch tells, within the change that stores it; again changes nothing. */
  async count(
    change: Change,
    edge: ReportingEdge,
    { policies, traffic = [], flows, applications, to }: TelemetryBatch,
  ): Promise<void> {
    const { db, at } = change;
    // A clock that runs ahead would write into the future.
    const countedAt = Math.min(Math.round(to), at);
    if (flows !== undefined) {
      const counts = flows.map(({ policyId, flows: count }) => [policyId, count] as const);
      this.#flows.set(edge.edge_id, at, counts);
    }
    if (applications !== undefined) {
      const counts = applications.map(({ application, flows: count }) => [application, count] as const);
      this.#applicationFlows.set(edge.edge_id, at, counts);
      // a batch whose change fails comes again, and what it tells of applications adds up
      change.afterCommit(() => this.#ledger.countApplications(edge, countedAt, applications));
    }
    if (policies.length > 0) {
      this.#policyIds ??= new Set(await policyRepository.listIds(db));
      const ids = this.#policyIds;
      for (const increase of this.#ledger.countPolicies(edge, countedAt, policies, (id) => ids.has(id))) {
        this.#policies.addCounts(increase.policyId, BigInt(increase.packets), BigInt(increase.bytes));
      }
    }
    if (traffic.length > 0) {
      const own = await pathRepository.listSourcesFrom(db, edge.site_id);
      this.#ledger.countPaths(edge, countedAt, traffic, own);
      await storeRemotes(db, traffic, own);
    }
  }

  /** Undefined for a policy that matched nothing yet. */
  policyStats(policyId: number): PolicyStats | undefined {
    return this.#policies.getPolicyStats(policyId);
  }

  /** Flows of each policy now, as kernels know them; null while no edge tells. */
  activeFlows(): ReadonlyMap<number, number> | null {
    return this.#flows.sum(this.#store.wallMs);
  }

  /** The same of applications. */
  activeApplicationFlows(): ReadonlyMap<string, number> | null {
    return this.#applicationFlows.sum(this.#store.wallMs);
  }

  /** Live totals of all objects of a kind that had any traffic, by id. */
  async totals(kind: Exclude<TrafficKind, 'policy'>): Promise<Map<string, TrafficTotals>> {
    const rows = await trafficRepository.listTotals(this.#store.db, kind);
    const added = this.#ledger.addedTo(kind);
    const written = new Map(rows.map((row) => [row.object_id, row]));
    const ids = new Set([...written.keys(), ...added.keys()]);
    const countedAt = (id: string): number => this.#ledger.countedAt(kind, id) ?? written.get(id)!.last_updated;
    return new Map(Array.from(ids, (id) => [id, liveTotals(written.get(id), added.get(id), countedAt(id))]));
  }

  /** Writes down what came since the last time. */
  async flush(): Promise<void> {
    let page: LedgerPage | undefined;
    try {
      await this.#store.change(async (change) => {
        page = this.#ledger.take();
        await writePage(change, page);
      });
    } catch (thrown) {
      if (page !== undefined) this.#ledger.giveBack(page);
      throw thrown;
    }
  }

  /** Writes down the totals of policies for those who read `sdwan_policy_stats`. */
  async snapshot(): Promise<void> {
    await this.flush();
    await this.#store.change(({ db, at }) => policyRepository.snapshotStats(db, at, this.activeFlows()));
  }

  /** Drops history that is too old. */
  async prune(): Promise<void> {
    await this.#store.change(async ({ db, at }) => {
      for (const resolution of Object.keys(trafficBucketMs) as TrafficResolution[]) {
        await trafficRepository.prune(db, resolution, at - this.#keptMs[resolution]);
      }
    });
  }

  /** Forgets totals of sites, endpoints and paths that are there no more. */
  async pruneTotals(): Promise<void> {
    await this.#store.change(({ db }) => trafficRepository.pruneTotals(db));
  }

  /** Lets the counters of a policy start at zero again; its history stays. Errors: `not_found`. */
  async resetPolicy(by: Actor, policyId: number): Promise<string> {
    let undo: (() => void) | undefined;
    try {
      return await this.#store.change(async (change) => {
        const { name } = found(await policyRepository.find(change.db, policyId), 'policy', policyId);
        const before = this.policyStats(policyId);
        const details = {
          packets_matched: String(before?.packets_matched ?? 0n),
          bytes_matched: String(before?.bytes_matched ?? 0n),
        };
        const target = { type: 'policy', id: String(policyId), name } as const;
        await change.audit(by, { action: 'policy_stats_reset', target, details });
        const message = `The counters of policy ${name} start at zero again`;
        await change.event({ eventType: 'object_updated', message, metadata: { object: 'policy', id: policyId } });
        await policyRepository.resetCounts(change.db, policyId);
        undo = this.#forget(policyId);
        return message;
      });
    } catch (thrown) {
      undo?.();
      throw thrown;
    }
  }

  #forget(policyId: number): () => void {
    const before = this.policyStats(policyId);
    const undo = this.#ledger.forgetPolicy(policyId);
    this.#policies.resetPolicy(policyId);
    return () => {
      undo();
      if (before !== undefined) this.#policies.restore(policyId, before);
    };
  }
}

/** Writes down where far ends behind NAT call from, of paths of the edge that tells, where that is news. */
async function storeRemotes(db: Db, traffic: readonly PathTraffic[], own: ReadonlyMap<string, unknown>): Promise<void> {
  const told = traffic.flatMap(({ pathId, remote }) => (remote && own.has(pathId) ? [{ pathId, remote }] : []));
  if (told.length === 0) return;
  const known = await pathRepository.listRemotes(
    db,
    told.map(({ pathId }) => pathId),
  );
  for (const { pathId, remote } of told) {
    const before = known.get(pathId);
    if (before?.address === remote.address && before.port === remote.port) continue;
    await pathRepository.setRemote(db, pathId, remote);
  }
}

function liveTotals(
  row: TrafficTotalRow | undefined,
  added: TrafficCounts | undefined,
  countedAt: number,
): TrafficTotals {
  const sum = (column: keyof TrafficCounts): bigint => BigInt(row?.[column] ?? 0) + BigInt(added?.[column] ?? 0);
  return {
    packetsMatched: sum('packets_matched'),
    bytesMatched: sum('bytes_matched'),
    bytesSent: sum('bytes_sent'),
    bytesReceived: sum('bytes_received'),
    firstSeen: row?.first_seen ?? countedAt,
    lastUpdated: countedAt,
  };
}

/** Counters of edges that were removed meanwhile are left out. */
async function writePage({ db, at }: Change, page: LedgerPage): Promise<void> {
  if (page.added.length > 0) await trafficRepository.add(db, at, page.added);
  if (page.policyCounters.length + page.pathCounters.length === 0) return;
  const edges = await edgeRepository.listIds(db);
  const policies = new Set(await policyRepository.listIds(db, 'any'));
  await trafficRepository.savePolicyCounters(
    db,
    page.policyCounters.filter((row) => edges.has(row.edge_id) && policies.has(row.policy_id)),
  );
  await trafficRepository.savePathCounters(
    db,
    page.pathCounters.filter((row) => edges.has(row.edge_id)),
  );
}
