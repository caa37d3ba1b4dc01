import type { ApplicationTraffic, PathTraffic, PolicyCounter } from '@patronus/protocol';
import type { PolicyCounterTable, PathCounterTable, TrafficCounts, TrafficTable } from '../database/traffic-tables.ts';
import type { TrafficKind } from '../repositories/traffic-repository.ts';
import { stepsBetween, type TrafficStep } from './traffic-steps.ts';

/** Who reported. */
export interface ReportingEdge {
  readonly edge_id: string;
  readonly site_id: string;
}

/** What an edge counted since it last told. */
export interface PolicyIncrease {
  readonly policyId: number;
  readonly packets: number;
  readonly bytes: number;
}

/** What was not written down yet, as rows. */
export interface LedgerPage {
  /** By the finest step of history. */
  readonly added: readonly TrafficTable[];
  readonly policyCounters: readonly PolicyCounterTable[];
  readonly pathCounters: readonly PathCounterTable[];
}

interface EdgeCounters {
  readonly policies: Map<number, PolicyCounterTable>;
  readonly paths: Map<string, PathCounterTable>;
  /** When each was told last, unix ms. */
  policiesAt: number | null;
  pathsAt: number | null;
  applicationsAt: number | null;
}

/**
 * Turns the counters of kernels, which grow until they start again at zero, into what came since the last time, and keeps
 * that until it is written down. The same report twice adds nothing the second time.
 */
export class TrafficLedger {
  readonly #edges = new Map<string, EdgeCounters>();
  /** By object, one row for each step. */
  #added = new Map<string, TrafficTable[]>();
  /** When each object was counted last, unix ms. */
  readonly #countedAt = new Map<string, number>();
  #movedPolicies = new Set<PolicyCounterTable>();
  #movedPaths = new Set<PathCounterTable>();

  /** Takes up what was written down. */
  load(policies: readonly PolicyCounterTable[], paths: readonly PathCounterTable[]): void {
    for (const row of policies) this.#edge(row.edge_id).policies.set(row.policy_id, row);
    for (const row of paths) this.#edge(row.edge_id).paths.set(row.path_id, row);
  }

  /** Whether a counter that is known starts again at zero, by its epoch. */
  startsAgain({ edge_id }: ReportingEdge, counters: readonly PolicyCounter[]): boolean {
    const known = this.#edges.get(edge_id)?.policies;
    if (known === undefined) return false;
    return counters.some(({ policyId, epoch }) => {
      const row = known.get(policyId);
      return row !== undefined && row.epoch !== epoch;
    });
  }

  /** Adds what these counters, read at `at`, grew by to their policies and to the site, and tells it. */
  countPolicies(
    edge: ReportingEdge,
    at: number,
    counters: readonly PolicyCounter[],
    isPolicy: (policyId: number) => boolean,
  ): PolicyIncrease[] {
    const own = this.#edge(edge.edge_id);
    const known = own.policies;
    const steps = stepsBetween(own.policiesAt, at);
    own.policiesAt = at;
    const increases: PolicyIncrease[] = [];
    for (const { policyId, epoch, packets, bytes } of counters) {
      const row = known.get(policyId) ?? { edge_id: edge.edge_id, policy_id: policyId, epoch, packets: 0, bytes: 0 };
      const [packetsBefore, bytesBefore] = row.epoch === epoch ? [row.packets, row.bytes] : [0, 0];
      // A counter of the same epoch that is lower is an older word.
      if (packets <= packetsBefore || !isPolicy(policyId)) continue;
      const increase = { policyId, packets: packets - packetsBefore, bytes: Math.max(0, bytes - bytesBefore) };
      if (row.epoch !== epoch) row.epoch = epoch;
      row.packets = packets;
      row.bytes = bytes;
      known.set(policyId, row);
      this.#movedPolicies.add(row);
      const matched = { packets_matched: increase.packets, bytes_matched: increase.bytes };
      this.#add('policy', String(policyId), at, steps, matched);
      this.#add('site', edge.site_id, at, steps, matched);
      increases.push(increase);
    }
    return increases;
  }

  /** Adds what went through the tunnels of these paths to the paths, to the endpoints they start at and to the site. */
  countPaths(
    edge: ReportingEdge,
    at: number,
    reports: readonly PathTraffic[],
    endpointOf: ReadonlyMap<string, string>,
  ): void {
    const own = this.#edge(edge.edge_id);
    const known = own.paths;
    const steps = stepsBetween(own.pathsAt, at);
    own.pathsAt = at;
    for (const { pathId, bytesSent, bytesReceived } of reports) {
      const endpointId = endpointOf.get(pathId);
      if (endpointId === undefined) continue;
      const row = known.get(pathId) ?? { edge_id: edge.edge_id, path_id: pathId, bytes_sent: 0, bytes_received: 0 };
      // Where it has less than before, the tunnel was made anew.
      const isAnew = bytesSent < row.bytes_sent || bytesReceived < row.bytes_received;
      const passed = {
        bytes_sent: isAnew ? bytesSent : bytesSent - row.bytes_sent,
        bytes_received: isAnew ? bytesReceived : bytesReceived - row.bytes_received,
      };
      if (passed.bytes_sent === 0 && passed.bytes_received === 0) continue;
      row.bytes_sent = bytesSent;
      row.bytes_received = bytesReceived;
      known.set(pathId, row);
      this.#movedPaths.add(row);
      this.#add('path', pathId, at, steps, passed);
      this.#add('endpoint', endpointId, at, steps, passed);
      this.#add('site', edge.site_id, at, steps, passed);
    }
  }

  /** Adds what applications carried; each report is of other traffic, so that it must be told once. */
  countApplications(edge: ReportingEdge, at: number, reports: readonly ApplicationTraffic[]): void {
    const own = this.#edge(edge.edge_id);
    const steps = stepsBetween(own.applicationsAt, at);
    own.applicationsAt = at;
    for (const { application, bytesSent, bytesReceived } of reports) {
      if (bytesSent + bytesReceived === 0) continue;
      this.#add('application', application, at, steps, { bytes_sent: bytesSent, bytes_received: bytesReceived });
    }
  }

  /** What is not written down yet of the objects of a kind. */
  addedTo(kind: TrafficKind): Map<string, TrafficCounts> {
    const objects = [...this.#added.values()].filter(([row]) => row?.kind === kind);
    return new Map(objects.map((rows) => [rows[0]!.object_id, sumOf(rows)]));
  }

  /** When something was last counted of an object since the start, unix ms. */
  countedAt(kind: TrafficKind, objectId: string): number | undefined {
    return this.#countedAt.get(keyOf(kind, objectId));
  }

  /** Forgets what is not written down yet of a policy; what kernels count stays known. Answers how to undo it. */
  forgetPolicy(policyId: number): () => void {
    const key = keyOf('policy', String(policyId));
    const added = this.#added.get(key);
    this.#added.delete(key);
    return () => added?.forEach((row) => this.#addRow(row));
  }

  /** Everything that is not written down yet; the ledger then takes it as written. */
  take(): LedgerPage {
    const page = {
      added: [...this.#added.values()].flat(),
      policyCounters: Array.from(this.#movedPolicies, (row) => ({ ...row })),
      pathCounters: Array.from(this.#movedPaths, (row) => ({ ...row })),
    };
    this.#added = new Map();
    this.#movedPolicies = new Set();
    this.#movedPaths = new Set();
    return page;
  }

  /** Takes back what could not be written. */
  giveBack(page: LedgerPage): void {
    for (const row of page.added) this.#addRow(row);
    for (const { edge_id, policy_id } of page.policyCounters) {
      const row = this.#edges.get(edge_id)?.policies.get(policy_id);
      if (row !== undefined) this.#movedPolicies.add(row);
    }
    for (const { edge_id, path_id } of page.pathCounters) {
      const row = this.#edges.get(edge_id)?.paths.get(path_id);
      if (row !== undefined) this.#movedPaths.add(row);
    }
  }

  #edge(edgeId: string): EdgeCounters {
    const known = this.#edges.get(edgeId);
    if (known !== undefined) return known;
    const made = { policies: new Map(), paths: new Map(), policiesAt: null, pathsAt: null, applicationsAt: null };
    this.#edges.set(edgeId, made);
    return made;
  }

  #add(
    kind: TrafficKind,
    objectId: string,
    at: number,
    steps: readonly TrafficStep[],
    counts: Partial<TrafficCounts>,
  ): void {
    this.#countedAt.set(keyOf(kind, objectId), at);
    let before = 0;
    for (const { bucket, upTo } of steps) {
      // Shares are differences of rounded sums, so that they add up to the whole.
      const share = (total = 0): number => Math.round(total * upTo) - Math.round(total * before);
      this.#addRow({
        kind,
        object_id: objectId,
        bucket,
        packets_matched: share(counts.packets_matched),
        bytes_matched: share(counts.bytes_matched),
        bytes_sent: share(counts.bytes_sent),
        bytes_received: share(counts.bytes_received),
      });
      before = upTo;
    }
  }

  #addRow(row: TrafficTable): void {
    const key = keyOf(row.kind, row.object_id);
    const rows = this.#added.get(key);
    const before = rows?.find(({ bucket }) => bucket === row.bucket);
    if (rows === undefined) this.#added.set(key, [row]);
    else if (before === undefined) rows.push(row);
    else addTo(before, row);
  }
}

const keyOf = (kind: string, objectId: string): string => `${kind} ${objectId}`;

function addTo(sum: TrafficCounts, more: TrafficCounts): void {
  sum.packets_matched += more.packets_matched;
  sum.bytes_matched += more.bytes_matched;
  sum.bytes_sent += more.bytes_sent;
  sum.bytes_received += more.bytes_received;
}

/** All counts of these together. */
function sumOf(rows: readonly TrafficCounts[]): TrafficCounts {
  const sum = { packets_matched: 0, bytes_matched: 0, bytes_sent: 0, bytes_received: 0 };
  for (const row of rows) addTo(sum, row);
  return sum;
}
