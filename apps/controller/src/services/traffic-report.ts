import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { TrafficCounts } from '../database/traffic-tables.ts';
import type { Store } from '../database/store.ts';
import { endpointRepository, pathRepository, policyRepository, siteRepository } from '../repositories/index.ts';
import type { TrafficKind, TrafficPointRow } from '../repositories/traffic-repository.ts';
import { ApplicationService } from './application-service.ts';
import { found } from './found.ts';
import type { TrafficHistory, TrafficSpan } from './traffic-history.ts';
import type { TrafficService } from './traffic-service.ts';

/** What is counted of each kind. */
export const trafficColumns = {
  policy: ['packets_matched', 'bytes_matched'],
  site: ['packets_matched', 'bytes_matched', 'bytes_sent', 'bytes_received'],
  endpoint: ['bytes_sent', 'bytes_received'],
  path: ['bytes_sent', 'bytes_received'],
  application: ['bytes_sent', 'bytes_received'],
} as const satisfies Record<TrafficKind, readonly (keyof TrafficCounts)[]>;

/** Which objects, and whether each for itself. */
export interface TrafficSelection {
  readonly kind: TrafficKind;
  /** One object only, by id. */
  readonly id?: string | undefined;
  /** The sum of all of the kind. */
  readonly aggregate?: boolean | undefined;
}

/** Null in a sum of all objects. */
export interface TrafficSubject {
  readonly id: string | null;
  /** Of an endpoint `hq/mpls`, of a path `hq/mpls:branch/mpls`. */
  readonly name: string | null;
}

/** What was counted since `firstSeen`, unix ms; null where nothing was. Counts that the kind does not have are zero. */
export interface TrafficTotal extends TrafficSubject {
  readonly counts: Readonly<Record<keyof TrafficCounts, bigint>>;
  readonly firstSeen: number | null;
  readonly lastUpdated: number | null;
  /** Flows of a policy or an application that kernels know now; null where no edge tells, and for what is neither. */
  readonly activeFlows: number | null;
}

/** What was counted in one step. */
export interface TrafficPoint extends TrafficSubject {
  /** Where the step begins, unix ms. */
  readonly timestamp: number;
  readonly counts: TrafficCounts;
}

interface TrafficObject {
  readonly id: string;
  readonly name: string;
}

/** Traffic with the names of those who had it, for the API. */
export class TrafficReport {
  readonly #store: Store;
  readonly #traffic: TrafficService;
  readonly #history: TrafficHistory;

  constructor(store: Store, traffic: TrafficService, history: TrafficHistory) {
    this.#store = store;
    this.#traffic = traffic;
    this.#history = history;
  }

  /** Live totals, also of objects that had no traffic yet. Errors: `not_found`. */
  async totals(selection: TrafficSelection): Promise<TrafficTotal[]> {
    const objects = await this.#objects(selection);
    const known = selection.kind === 'policy' ? null : await this.#traffic.totals(selection.kind);
    const flows = known === null ? this.#traffic.activeFlows() : null;
    const ofApplications = selection.kind === 'application' ? this.#traffic.activeApplicationFlows() : null;
    const totals = objects.map(({ id, name }): TrafficTotal => {
      if (known === null) return { id, name, ...this.#policyTotal(Number(id), flows) };
      const activeFlows = ofApplications === null ? null : (ofApplications.get(id) ?? 0);
      const total = known.get(id);
      if (total === undefined) return { id, name, ...nothing, activeFlows };
      const { firstSeen, lastUpdated, packetsMatched, bytesMatched, bytesSent, bytesReceived } = total;
      const [matched, passed] = [
        { packets_matched: packetsMatched, bytes_matched: bytesMatched },
        { bytes_sent: bytesSent, bytes_received: bytesReceived },
      ];
      return { id, name, counts: { ...matched, ...passed }, firstSeen, lastUpdated, activeFlows };
    });
    return selection.aggregate === true ? [totals.reduce(together, { id: null, name: null, ...nothing })] : totals;
  }

  /** Errors: `not_found`, `invalid_input` for an empty range; both before the first page is asked for. */
  async points(selection: TrafficSelection, span: TrafficSpan): Promise<AsyncGenerator<TrafficPoint[]>> {
    const objects = await this.#objects(selection);
    return selection.aggregate === true ? this.#sums(selection.kind, span) : this.#pages(selection.kind, objects, span);
  }

  /** One object after the other, some points at once; other work has its turn between. */
  async *#pages(
    kind: TrafficKind,
    objects: readonly TrafficObject[],
    span: TrafficSpan,
  ): AsyncGenerator<TrafficPoint[]> {
    for (const { id, name } of objects) {
      for await (const rows of this.#history.read(kind, id, span)) {
        yield rows.map((row) => point({ id, name }, row));
        await yieldToOthers();
      }
    }
  }

  async *#sums(kind: TrafficKind, span: TrafficSpan): AsyncGenerator<TrafficPoint[]> {
    yield (await this.#history.readSums(kind, span)).map((row) => point({ id: null, name: null }, row));
  }

  #policyTotal(policyId: number, flows: ReadonlyMap<number, number> | null): Omit<TrafficTotal, 'id' | 'name'> {
    const stats = this.#traffic.policyStats(policyId);
    const activeFlows = flows === null ? null : (flows.get(policyId) ?? 0);
    if (stats === undefined) return { ...nothing, activeFlows };
    const { packets_matched, bytes_matched, first_seen: firstSeen, last_updated: lastUpdated } = stats;
    return { counts: { ...nothing.counts, packets_matched, bytes_matched }, firstSeen, lastUpdated, activeFlows };
  }

  async #objects({ kind, id }: TrafficSelection): Promise<readonly TrafficObject[]> {
    if (kind === 'application') return this.#applications(id);
    if (id === undefined) return listers[kind](this.#store);
    const object = found(await finders[kind](this.#store, id), kind, id);
    return [object];
  }

  /** Those that had traffic: of the hundreds that the catalogue has, few are used anywhere. */
  async #applications(name: string | undefined): Promise<readonly TrafficObject[]> {
    const seen = new Set((await this.#traffic.totals('application')).keys());
    for (const each of this.#traffic.activeApplicationFlows()?.keys() ?? []) seen.add(each);
    if (name === undefined) return [...seen].toSorted().map((each) => ({ id: each, name: each }));
    const known = seen.has(name) ? name : (await new ApplicationService(this.#store).get(name)).name;
    return [{ id: known, name: known }];
  }
}

const nothing = {
  counts: { packets_matched: 0n, bytes_matched: 0n, bytes_sent: 0n, bytes_received: 0n },
  firstSeen: null,
  lastUpdated: null,
  activeFlows: null,
};

const point = (subject: TrafficSubject, { timestamp, ...counts }: TrafficPointRow): TrafficPoint => ({
  ...subject,
  timestamp,
  counts,
});

function together(sum: TrafficTotal, { counts, firstSeen, lastUpdated, activeFlows }: TrafficTotal): TrafficTotal {
  return {
    ...sum,
    counts: {
      packets_matched: sum.counts.packets_matched + counts.packets_matched,
      bytes_matched: sum.counts.bytes_matched + counts.bytes_matched,
      bytes_sent: sum.counts.bytes_sent + counts.bytes_sent,
      bytes_received: sum.counts.bytes_received + counts.bytes_received,
    },
    firstSeen: sum.firstSeen === null ? firstSeen : Math.min(sum.firstSeen, firstSeen ?? Infinity),
    activeFlows: activeFlows === null ? sum.activeFlows : (sum.activeFlows ?? 0) + activeFlows,
    lastUpdated: Math.max(sum.lastUpdated ?? 0, lastUpdated ?? 0) || null,
  };
}

const policyObject = (row: { policy_id: number; name: string }): TrafficObject => ({
  id: String(row.policy_id),
  name: row.name,
});
const siteObject = (row: { site_id: string; name: string }): TrafficObject => ({ id: row.site_id, name: row.name });
const endpointObject = (row: { endpoint_id: string; site: string; label: string }): TrafficObject => ({
  id: row.endpoint_id,
  name: `${row.site}/${row.label}`,
});
const pathObject = (row: {
  path_id: string;
  source_site: string;
  source_label: string;
  dest_site: string;
  dest_label: string;
}): TrafficObject => ({
  id: row.path_id,
  name: `${row.source_site}/${row.source_label}:${row.dest_site}/${row.dest_label}`,
});

type StoredKind = Exclude<TrafficKind, 'application'>;

const listers: Record<StoredKind, (store: Store) => Promise<TrafficObject[]>> = {
  policy: async ({ db }) => (await policyRepository.list(db)).map(policyObject),
  site: async ({ db }) => (await siteRepository.list(db)).map(siteObject),
  endpoint: async ({ db }) => (await endpointRepository.list(db)).map(endpointObject),
  path: async ({ db }) => (await pathRepository.list(db)).map(pathObject),
};

const finders: Record<StoredKind, (store: Store, id: string) => Promise<TrafficObject | undefined>> = {
  policy: async ({ db }, id) => {
    const row = /^\d{1,15}$/.test(id) ? await policyRepository.find(db, Number(id)) : undefined;
    return row && policyObject(row);
  },
  site: async ({ db }, id) => {
    const row = await siteRepository.find(db, id);
    return row && siteObject(row);
  },
  endpoint: async ({ db }, id) => {
    const row = await endpointRepository.find(db, id);
    return row && endpointObject(row);
  },
  path: async ({ db }, id) => {
    const row = await pathRepository.find(db, id);
    return row && pathObject(row);
  },
};
