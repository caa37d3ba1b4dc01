import { Cache } from '@patronus/core';
import type { DecisionReport } from '@patronus/protocol';
import type { Store } from '../database/store.ts';
import { decisionRepository } from '../repositories/decision-repository.ts';
import { pathRepository, type PathRow } from '../repositories/path-repository.ts';
import type { CacheView } from './cache-service.ts';

/** The list is kept so long at most; a decision or a change of the network ends it sooner. */
const cacheTtlMs = 30_000;

/** Which paths carry a policy's traffic from one site to another now. */
export interface DecisionView {
  readonly policyId: number;
  readonly policy: string;
  readonly priority: number;
  readonly isDefault: boolean;
  readonly sourceSite: string;
  readonly destSite: string;
  readonly paths: readonly {
    readonly pathId: string;
    readonly weight: number;
    readonly sourceLabel: string;
    readonly destLabel: string;
  }[];
  /** A copy of each packet goes over this one as well; null for none. */
  readonly copyPath: { readonly pathId: string; readonly sourceLabel: string; readonly destLabel: string } | null;
  readonly slaMet: boolean;
  readonly reason: string;
  readonly since: number;
}

export class DecisionService {
  readonly #store: Store;
  readonly #cache: Cache<'all', readonly DecisionView[]>;

  constructor(store: Store) {
    this.#store = store;
    const clock = { now: () => store.wallMs, wall: () => store.wallMs };
    this.#cache = new Cache({ ttlMs: cacheTtlMs, maxEntries: 1, clock });
    store.onIntentChange(() => this.forget());
  }

  /** As last reported, first policy first. */
  list(): Promise<readonly DecisionView[]> {
    return this.#cache.getOrMake('all', () => this.#read());
  }

  /** To be called when decisions were stored: whoever asks from now on gets them from the tables. */
  forget(): void {
    this.#cache.remove('all');
  }

  cacheView(): CacheView {
    return { name: 'routing', ttlMs: cacheTtlMs, maxEntries: 1, ...this.#cache.stats() };
  }

  /** Answers how many lists were kept. */
  clearCache(): number {
    return this.#cache.clear();
  }

  async #read(): Promise<DecisionView[]> {
    const paths = new Map((await pathRepository.list(this.#store.db)).map((row) => [row.path_id, row]));
    const decisions = await decisionRepository.list(this.#store.db);
    return decisions.map((row) => ({
      policyId: row.policy_id,
      policy: row.policy,
      priority: row.priority,
      isDefault: row.is_default === 1,
      sourceSite: row.source_site,
      destSite: row.dest_site,
      paths: (JSON.parse(row.paths) as DecisionReport['paths']).flatMap(({ pathId, weight }) => {
        const path = paths.get(pathId);
        if (path === undefined) return [];
        return [{ pathId, weight, sourceLabel: path.source_label, destLabel: path.dest_label }];
      }),
      copyPath: copyPath(paths.get(row.copy_path_id ?? '')),
      slaMet: row.sla_met === 1,
      reason: row.reason,
      since: row.since,
    }));
  }
}

const copyPath = (row: PathRow | undefined): DecisionView['copyPath'] =>
  row === undefined ? null : { pathId: row.path_id, sourceLabel: row.source_label, destLabel: row.dest_label };
