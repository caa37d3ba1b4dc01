import type { Actor } from '../audit/index.ts';
import type { Store } from '../database/store.ts';
import { endpointRepository, type EndpointRow } from '../repositories/endpoint-repository.ts';
import { pathRepository, type PathRow } from '../repositories/path-repository.ts';
import type { DecisionService, DecisionView } from './decision-service.ts';
import { found } from './found.ts';
import { clearOverride, setOverride } from './path-override-change.ts';
import { readFailover, type FailoverInput } from './path-override-input.ts';
import type { PathOverrideService } from './path-override-service.ts';
import type { PathService, PathView } from './path-service.ts';
import type { Presence } from './presence.ts';

/** What became of a request to move traffic off an uplink. */
export interface Drain {
  readonly endpointId: string;
  /** Every path from and to the uplink, all of them out of use now. */
  readonly paths: readonly PathView[];
  /** What they carry, as edges last told: this traffic moves. */
  readonly moves: readonly DecisionView[];
  /** In sentences, with what keeps traffic from moving. */
  readonly message: string;
}

export interface Undrain {
  readonly endpointId: string;
  /** Those that may be used again; paths that were not out of use are not among them. */
  readonly paths: readonly PathView[];
  readonly message: string;
}

export interface EndpointDrainParts {
  readonly store: Store;
  readonly paths: PathService;
  readonly pathOverrides: PathOverrideService;
  readonly decisions: DecisionService;
  readonly presence: Presence;
}

/** Takes all paths of an uplink out of use in one change, in both directions, and lets them be used again. */
export class EndpointDrainService {
  readonly #parts: EndpointDrainParts;

  constructor(parts: EndpointDrainParts) {
    this.#parts = parts;
  }

  /**
   * All paths or none. Paths that are out of use already get the new reason and end. Errors: `not_found`, `invalid_input`.
   */
  async drain(by: Actor, endpointId: string, input: FailoverInput): Promise<Drain> {
    const { store, paths, pathOverrides, decisions } = this.#parts;
    await pathOverrides.removeOver();
    const before = await decisions.list();
    const { endpoint, rows } = await store.change(async (change) => {
      const override = readFailover(input, change.at);
      const drained = found(await endpointRepository.find(change.db, endpointId), 'endpoint', endpointId);
      const its = await pathRepository.list(change.db, { endpointId });
      for (const path of its) await setOverride(change, by, path, override);
      const details = { reason: override.reason, expires_at: override.expiresAt, paths: its.length };
      await change.audit(by, { action: 'endpoint_drained', target: targetOf(drained), details });
      change.touchIntent();
      return { endpoint: drained, rows: its };
    });
    const ids = new Set(rows.map(({ path_id }) => path_id));
    await paths.publishReported([...ids]);
    const moves = before.filter((each) => each.paths.some(({ pathId }) => ids.has(pathId)));
    const all = await paths.list();
    return {
      endpointId,
      paths: all.filter(({ id }) => ids.has(id)),
      moves,
      message: [headOf(endpoint, rows.length), ...this.#hindrances(rows, all)].join('; '),
    };
  }

  /** Lets the paths of an uplink be used again, whoever took them out of use. Errors: `not_found`. */
  async undrain(by: Actor, endpointId: string): Promise<Undrain> {
    const { store, paths } = this.#parts;
    const { endpoint, ids } = await store.change(async (change) => {
      const its = found(await endpointRepository.find(change.db, endpointId), 'endpoint', endpointId);
      const released: string[] = [];
      for (const path of await pathRepository.list(change.db, { endpointId })) {
        if ((await clearOverride(change, by, path)) !== null) released.push(path.path_id);
      }
      if (released.length > 0) {
        await change.audit(by, {
          action: 'endpoint_undrained',
          target: targetOf(its),
          details: { paths: released.length },
        });
        change.touchIntent();
      }
      return { endpoint: its, ids: new Set(released) };
    });
    await paths.publishReported([...ids]);
    const message =
      ids.size === 0
        ? `no path of ${nameOf(endpoint)} was out of use`
        : `${counted(ids.size)} of ${nameOf(endpoint)} may be used again; traffic returns as after any failover`;
    return { endpointId, paths: (await paths.list()).filter(({ id }) => ids.has(id)), message };
  }

  /** What keeps traffic on the uplink: sites that are offline, and those to which nothing else is up. */
  #hindrances(rows: readonly PathRow[], all: readonly PathView[]): string[] {
    const usable = all.filter(
      ({ healthStatus, override }) => (healthStatus === 'up' || healthStatus === 'degraded') && override === null,
    );
    const offline = new Set<string>();
    const stranded = new Set<string>();
    for (const { source_site_id, source_site, dest_site } of rows) {
      if (!this.#parts.presence.isOnline(source_site_id)) offline.add(source_site);
      else if (!usable.some((path) => path.sourceSite === source_site && path.destSite === dest_site)) {
        stranded.add(`${source_site} to ${dest_site}`);
      }
    }
    return [
      ...(offline.size === 0 ? [] : [`offline, and apply this when they are back: ${[...offline].join(', ')}`]),
      ...(stranded.size === 0 ? [] : [`traffic stays where no other path is up: ${[...stranded].join(', ')}`]),
    ];
  }
}

const headOf = (endpoint: EndpointRow, count: number): string =>
  count === 0 ? `${nameOf(endpoint)} has no paths` : `${counted(count)} of ${nameOf(endpoint)} out of use`;
const counted = (count: number): string => (count === 1 ? '1 path' : `${count} paths`);
const nameOf = ({ site, label }: EndpointRow): string => `${site}/${label}`;
const targetOf = (endpoint: EndpointRow) =>
  ({ type: 'endpoint', id: endpoint.endpoint_id, name: nameOf(endpoint) }) as const;
