import { checkVerdict } from '@patronus/policy';
import type { PathId, PathHealth } from '@patronus/core';
import type { PathProbe } from '@patronus/protocol';
import type { Store } from '../database/store.ts';
import { pathRepository } from '../repositories/path-repository.ts';
import { found } from './found.ts';

/** Probes of one check. Fewer cannot tell three misses in a row from a burst of loss; more keep whoever asked waiting. */
const probesPerCheck = 5;

/** Asks the edge of a site to probe. Errors: `unreachable`, `timeout`, `conflict`. */
export interface EdgeProber {
  checkPath(
    site: { readonly id: string; readonly name: string },
    pathId: PathId,
    probes: number,
  ): Promise<readonly PathProbe[]>;
}

/** What a burst of probes over a path found. Times are round trips in ms, null where nothing was answered. */
export interface PathCheckView {
  readonly pathId: string;
  readonly sourceSite: string;
  readonly destSite: string;
  readonly sourceLabel: string;
  readonly destLabel: string;
  readonly healthStatus: Exclude<PathHealth, 'unknown'>;
  /** Why it is not up; null where it is. */
  readonly cause: string | null;
  readonly sent: number;
  readonly answered: number;
  /** Percent, of the way there and back. */
  readonly loss: number;
  readonly rttMin: number | null;
  readonly rttMedian: number | null;
  readonly probes: readonly { readonly answered: boolean; readonly rtt: number | null }[];
  readonly checkedAt: number;
}

/** Looks at paths at this very moment, by probes of the edge they start at. */
export class PathCheckService {
  readonly #store: Store;
  readonly #edges: EdgeProber;

  constructor(store: Store, edges: EdgeProber) {
    this.#store = store;
    this.#edges = edges;
  }

  /** Errors: `not_found`; `unreachable` and `timeout`, naming the site; `conflict` where its edge cannot probe the path. */
  async check(pathId: string): Promise<PathCheckView> {
    const path = found(await pathRepository.find(this.#store.db, pathId), 'path', pathId);
    const site = { id: path.source_site_id, name: path.source_site };
    const probes = await this.#edges.checkPath(site, path.path_id as PathId, probesPerCheck);
    const { health, cause, lossPercent, minRttMs, medianRttMs } = checkVerdict(probes);
    return {
      pathId: path.path_id,
      sourceSite: path.source_site,
      destSite: path.dest_site,
      sourceLabel: path.source_label,
      destLabel: path.dest_label,
      healthStatus: health,
      cause,
      sent: probes.length,
      answered: probes.filter(({ answered }) => answered).length,
      loss: lossPercent,
      rttMin: minRttMs,
      rttMedian: medianRttMs,
      probes: probes.map(({ answered, rttMs }) => ({ answered, rtt: rttMs })),
      checkedAt: this.#store.wallMs,
    };
  }
}
