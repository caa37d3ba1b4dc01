import { PatronusError, type PolicyMatch } from '@patronus/core';
import { systemActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { hostSetRepository } from '../repositories/host-set-repository.ts';
import { policyRepository, type PolicyRow } from '../repositories/policy-repository.ts';
import { release } from './allocator.ts';
import {
  cannotRestore,
  deletedAlready,
  notDeleted,
  purgeTime,
  recoverableMs,
  timeText,
  type Deletion,
  type DeletionOptions,
} from './deletion.ts';
import { checkVersion } from './expected-version.ts';
import { found } from './found.ts';
import { hostSetsNamedBy } from './policy-references.ts';
import { shownPolicy } from './policy-service.ts';
import { Problems } from './problems.ts';

/** Deletes policies, restores them with their class and counters, and removes them for good. */
export class PolicyDeletionService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Edges stop matching it. Errors: `not_found`; `conflict` for the default policy, and for one that is deleted already and
   * shall not be purged.
   */
  async delete(by: Actor, id: number, options: DeletionOptions = {}): Promise<Deletion<number>> {
    return this.#store.change((change) => deletePolicy(change, by, id, options));
  }

  /** Errors: `not_found`; `conflict` when it is live, or another has its name now. */
  async restore(by: Actor, id: number): Promise<void> {
    await this.#store.change(async (change) => {
      const row = await policyRepository.find(change.db, id, 'deleted');
      if (row === undefined) {
        throw notDeleted('policy', found(await policyRepository.find(change.db, id), 'policy', id).name);
      }
      await checkNameIsFree(change, row);
      await checkHostSets(change, row);
      await policyRepository.setDeleted(change.db, id, null);
      await announce(change, by, 'restored', row, `Policy ${row.name} was restored`);
    });
  }

  /** Removes for good what can no longer be restored. */
  async purgeExpired(): Promise<void> {
    await this.#store.change(async (change) => {
      for (const row of await policyRepository.listDeletedBefore(change.db, change.at - recoverableMs)) {
        await purge(change, systemActor, row);
      }
    });
  }
}

/** Deletes a policy within a change. */
export async function deletePolicy(
  change: Change,
  by: Actor,
  id: number,
  options: DeletionOptions,
): Promise<Deletion<number>> {
  const row = await policyRepository.find(change.db, id);
  if (row?.is_default === 1) {
    const remedy = 'change its action instead';
    throw new PatronusError('conflict', `the default policy takes what no other matches and must stay; ${remedy}`);
  }
  if (row !== undefined) checkVersion('policy', row.name, row.version, options.expected);
  if (row !== undefined) return options.purge === true ? purge(change, by, row) : markDeleted(change, by, row);
  const deleted = found(await policyRepository.find(change.db, id, 'deleted'), 'policy', id);
  checkVersion('policy', deleted.name, deleted.version, options.expected);
  if (options.purge !== true) throw deletedAlready('policy', deleted.name, deleted.deleted_at!);
  return purge(change, by, deleted);
}

async function checkNameIsFree(change: Change, row: PolicyRow): Promise<void> {
  if ((await policyRepository.findByName(change.db, row.name)) === undefined) return;
  const problems = new Problems();
  problems.add('name', `there is another policy "${row.name}" now`, 'rename that policy, then restore this one');
  throw cannotRestore('policy', row.name, problems.error()!);
}

/** Host sets that a deleted policy names may be deleted before it is restored. */
async function checkHostSets(change: Change, row: PolicyRow): Promise<void> {
  const known = new Set((await hostSetRepository.list(change.db)).map((set) => set.host_set_id));
  const gone = [...hostSetsNamedBy(JSON.parse(row.match_conditions) as PolicyMatch)].filter((id) => !known.has(id));
  if (gone.length === 0) return;
  const problems = new Problems();
  const remedy = 'make a new policy of what it says, without it';
  problems.add('match_conditions', `a host set that it names was deleted (${gone.join(', ')})`, remedy);
  throw cannotRestore('policy', row.name, problems.error()!);
}

async function markDeleted(change: Change, by: Actor, row: PolicyRow): Promise<Deletion<number>> {
  await policyRepository.setDeleted(change.db, row.policy_id, change.at);
  const purgeAt = purgeTime(change.at)!;
  const message = `Policy ${row.name} was deleted; it can be restored until ${timeText(purgeAt)}`;
  await announce(change, by, 'deleted', row, message);
  return { id: row.policy_id, name: row.name, message, purgeAt };
}

/** Removes the policy and gives its class back. */
async function purge(change: Change, by: Actor, row: PolicyRow): Promise<Deletion<number>> {
  await policyRepository.delete(change.db, row.policy_id);
  await release(change, 'class', '', row.class);
  const message = `Policy ${row.name} was removed for good`;
  await announce(change, by, 'purged', row, message);
  return { id: row.policy_id, name: row.name, message, purgeAt: null };
}

async function announce(
  change: Change,
  by: Actor,
  done: 'deleted' | 'restored' | 'purged',
  row: PolicyRow,
  message: string,
): Promise<void> {
  const target = { type: 'policy', id: String(row.policy_id), name: row.name } as const;
  await change.audit(by, { action: `policy_${done}`, target, details: shownPolicy(row) });
  await change.event({ eventType: `object_${done}`, message, metadata: { object: 'policy', id: row.policy_id } });
  change.touchIntent();
}
