import type { DecisionReport } from '@patronus/protocol';
import type { Store } from '../database/store.ts';
import { decisionRepository } from '../repositories/decision-repository.ts';
import { pathRepository } from '../repositories/path-repository.ts';

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
  readonly slaMet: boolean;
  readonly reason: string;
  readonly since: number;
}

export class DecisionService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** As last reported, first policy first. */
  async list(): Promise<DecisionView[]> {
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
      slaMet: row.sla_met === 1,
      reason: row.reason,
      since: row.since,
    }));
  }
}
