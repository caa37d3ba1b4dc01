import { Cache, type Clock } from '@patronus/core';
import type { FlowReport } from '@patronus/protocol';
import type { Store } from '../database/store.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import type { PathService } from './path-service.ts';
import type { Presence } from './presence.ts';

/** Flows of one edge: those that moved most. More tell a reader nothing, and make large messages. */
const flowsPerEdge = 1_000;
/** Flows live for seconds at least; asking edges for each reader anew would be load for nothing. */
const keepMs = 2_000;

/** Asks the edge of a site for its flows. Errors: `unreachable`, `timeout`, `conflict`. */
export interface EdgeFlowTeller {
  listFlows(site: { readonly id: string; readonly name: string }, limit: number): Promise<EdgeFlows>;
}

export interface EdgeFlows {
  readonly flows: readonly FlowReport[];
  /** How many there are in all. */
  readonly total: number;
}

/** A flow as the API shows it. Octets and packets since it began, as the edge at its site counts them; null where none does. */
export interface FlowView {
  readonly id: string;
  readonly site: string;
  readonly siteId: string;
  /** The site it goes to; null for one to elsewhere. */
  readonly destSite: string | null;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** Null: unknown. */
  readonly application: string | null;
  /** The name by which the server was last called. */
  readonly serverName: string | null;
  readonly policyId: number | null;
  readonly policy: string | null;
  readonly pathId: string | null;
  readonly sourceLabel: string | null;
  readonly destLabel: string | null;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
  readonly packetsSent: number | null;
  readonly packetsReceived: number | null;
}

export interface FlowServiceParts {
  readonly store: Store;
  readonly presence: Presence;
  readonly edges: EdgeFlowTeller;
  readonly paths: Pick<PathService, 'list'>;
  readonly clock?: Clock;
}

/** What flows now, as the edges that are on the line tell it when somebody asks. */
export class FlowService {
  readonly #parts: FlowServiceParts;
  readonly #kept: Cache<string, readonly FlowView[]>;

  constructor(parts: FlowServiceParts) {
    this.#parts = parts;
    const clock = parts.clock === undefined ? {} : { clock: parts.clock };
    this.#kept = new Cache({ ttlMs: keepMs, maxEntries: 1, ...clock });
  }

  /**
   * Flows that began at sites whose edge is on the line, up to a thousand of each, those with the most octets. An edge that
   * does not answer is left out; errors: that of the only one, or of the first where none answers.
   */
  list(): Promise<readonly FlowView[]> {
    return this.#kept.getOrMake('all', () => this.#ask());
  }

  async #ask(): Promise<readonly FlowView[]> {
    const { store, presence, edges, paths } = this.#parts;
    const sites = await siteRepository.list(store.db);
    const online = sites.filter((row) => presence.isOnline(row.site_id));
    const answers = await Promise.allSettled(
      online.map((row) => edges.listFlows({ id: row.site_id, name: row.name }, flowsPerEdge)),
    );
    const refused = answers.find((answer) => answer.status === 'rejected');
    if (refused !== undefined && answers.every((answer) => answer.status === 'rejected')) throw refused.reason;
    const siteNames = new Map(sites.map((row) => [row.site_id, row.name]));
    const policies = new Map((await policyRepository.list(store.db)).map((row) => [row.policy_id, row.name]));
    const labels = new Map((await paths.list()).map((path) => [path.id, path]));
    return answers.flatMap((answer, index) => {
      if (answer.status === 'rejected') return [];
      const { site_id: siteId, name: site } = online[index]!;
      return answer.value.flows.map((flow): FlowView => {
        const path = labels.get(flow.pathId ?? '');
        const { source, destination, protocol, sourcePort, destinationPort, ...rest } = flow;
        return {
          id: [siteId, protocol, source, sourcePort, destination, destinationPort].join(' '),
          site,
          siteId,
          destSite: siteNames.get(flow.remoteSiteId ?? '') ?? null,
          source,
          destination,
          protocol,
          sourcePort,
          destinationPort,
          application: rest.application,
          serverName: rest.serverName,
          policyId: rest.policyId,
          policy: policies.get(rest.policyId ?? -1) ?? null,
          pathId: rest.pathId,
          sourceLabel: path?.sourceLabel ?? null,
          destLabel: path?.destLabel ?? null,
          bytesSent: rest.bytesSent,
          bytesReceived: rest.bytesReceived,
          packetsSent: rest.packetsSent,
          packetsReceived: rest.packetsReceived,
        };
      });
    });
  }
}
