import { PatronusError } from '@patronus/core';
import { systemActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { allocationRepository } from '../repositories/allocation-repository.ts';
import { siteDeletionRepository } from '../repositories/site-deletion-repository.ts';
import { siteRepository, type SiteRow } from '../repositories/site-repository.ts';
import { release } from './allocator.ts';
import {
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
import { syncPaths } from './path-rows.ts';
import { forgetSite, policiesNaming } from './policies-of-site.ts';
import { checkPlaceIsFree } from './site-place.ts';

export interface SiteDeletionOptions extends DeletionOptions {
  /** Although policies name it. */
  readonly force?: boolean | undefined;
}

/** What goes when a site is deleted, and which policies name it. */
export interface SiteDependencies {
  readonly siteId: string;
  readonly site: string;
  readonly endpoints: number;
  /** Directed, from or to the site. */
  readonly paths: number;
  readonly enrolmentKeys: number;
  readonly edges: number;
  readonly policies: readonly { readonly id: number; readonly name: string }[];
}

/**
 * Deletes sites, restores them, and removes them for good. A deleted site keeps its rows and its numbers; it is merely not
 * part of the network.
 */
export class SiteDeletionService {
  readonly #store: Store;
  readonly #listeners: ((site: Deletion<string>) => void)[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** Told of each site that is no longer part of the network, so that the connection of its edge is cut. */
  onDeleted(listener: (site: Deletion<string>) => void): void {
    this.#listeners.push(listener);
  }

  /** Of a live site, or of one that can be restored. Errors: `not_found`. */
  async dependencies(idOrName: string): Promise<SiteDependencies> {
    const { db } = this.#store;
    const row = (await siteRepository.find(db, idOrName)) ?? (await siteRepository.findDeleted(db, idOrName)).at(0);
    const { site_id: siteId, name: site } = found(row, 'site', idOrName);
    const { endpoints, paths, enrolment_keys: enrolmentKeys, edges } = await siteDeletionRepository.count(db, siteId);
    const policies = (await policiesNaming(db, siteId)).map((policy) => ({ id: policy.policy_id, name: policy.name }));
    return { siteId, site, endpoints, paths, enrolmentKeys, edges, policies };
  }

  /**
   * Takes the site with all that is its own out of the network, or nothing. Errors: `not_found`; `conflict` while a policy
   * names it and `force` is not given, and when it is deleted already and shall not be purged.
   */
  async delete(by: Actor, idOrName: string, options: SiteDeletionOptions = {}): Promise<Deletion<string>> {
    return this.#store.change((change) => this.deleteIn(change, by, idOrName, options));
  }

  /** The same within a change. */
  async deleteIn(change: Change, by: Actor, idOrName: string, options: SiteDeletionOptions): Promise<Deletion<string>> {
    const row = await siteRepository.find(change.db, idOrName);
    if (row === undefined) return this.#deleteAgain(change, by, idOrName, options);
    checkVersion('site', row.name, row.version, options.expected);
    const naming = await policiesNaming(change.db, row.site_id);
    if (options.force !== true) refuseWhileNamed(row, naming);
    const names = naming.map(({ name }) => name);
    const deletion = options.purge === true ? await purge(change, by, row) : await markDeleted(change, by, row, names);
    for (const listener of this.#listeners) change.afterCommit(() => listener(deletion));
    return deletion;
  }

  /** Puts a deleted site back as it was. Errors: `not_found`; `conflict` when it is live, or its place was taken meanwhile. */
  async restore(by: Actor, idOrName: string): Promise<{ id: string; name: string }> {
    return this.#store.change(async (change) => {
      const row = await this.#findDeleted(change, idOrName);
      if (row === undefined) {
        throw notDeleted('site', found(await siteRepository.find(change.db, idOrName), 'site', idOrName).name);
      }
      await checkPlaceIsFree(change.db, row);
      await siteDeletionRepository.markLive(change.db, row.site_id);
      await syncPaths(change, row.site_id);
      const site = { id: row.site_id, name: row.name };
      await announce(change, by, 'restored', site, `Site ${row.name} was restored`);
      return site;
    });
  }

  /** Removes for good what can no longer be restored. */
  async purgeExpired(): Promise<void> {
    await this.#store.change(async (change) => {
      for (const row of await siteRepository.listDeletedBefore(change.db, change.at - recoverableMs)) {
        await purge(change, systemActor, row);
      }
    });
  }

  async #deleteAgain(
    change: Change,
    by: Actor,
    idOrName: string,
    options: SiteDeletionOptions,
  ): Promise<Deletion<string>> {
    const row = found(await this.#findDeleted(change, idOrName), 'site', idOrName);
    checkVersion('site', row.name, row.version, options.expected);
    if (options.purge !== true) throw deletedAlready('site', row.name, row.deleted_at!);
    return purge(change, by, row);
  }

  /** Errors: `conflict` when several were deleted under this name. */
  async #findDeleted(change: Change, idOrName: string): Promise<SiteRow | undefined> {
    const rows = await siteRepository.findDeleted(change.db, idOrName);
    if (rows.length < 2) return rows[0];
    const ids = rows.map((row) => `${row.site_id} (deleted ${timeText(row.deleted_at!)})`).join(', ');
    throw new PatronusError('conflict', `several deleted sites are called "${idOrName}"; name one by its id: ${ids}`);
  }
}

async function markDeleted(
  change: Change,
  by: Actor,
  row: SiteRow,
  naming: readonly string[],
): Promise<Deletion<string>> {
  await siteDeletionRepository.markDeleted(change.db, row.site_id, change.at);
  const site = { id: row.site_id, name: row.name };
  const purgeAt = purgeTime(change.at)!;
  const told = `Site ${row.name} was deleted; it can be restored until ${timeText(purgeAt)}`;
  await announce(change, by, 'deleted', site, told, { purge_at: purgeAt });
  const named = naming.length === 0 ? '' : `; what policy ${quoted(naming)} says of it matches nothing meanwhile`;
  const message = `Site ${row.name} was deleted with its endpoints and paths; it can be restored until ${timeText(purgeAt)}`;
  return { ...site, message: message + named, purgeAt };
}

/** Removes the site and gives its numbers back. */
async function purge(change: Change, by: Actor, row: SiteRow): Promise<Deletion<string>> {
  const site = { id: row.site_id, name: row.name };
  const policies = await forgetSite(change, by, site);
  await siteRepository.delete(change.db, row.site_id);
  await allocationRepository.forgetScope(change.db, 'slot', row.site_id);
  await release(change, 'site_index', '', row.site_index);
  await announce(change, by, 'purged', site, `Site ${row.name} was removed for good`);
  const message = `Site ${row.name} was removed for good with its endpoints and paths`;
  return { ...site, message: [message, ...policies].join('; '), purgeAt: null };
}

async function announce(
  change: Change,
  by: Actor,
  done: 'deleted' | 'restored' | 'purged',
  site: { readonly id: string; readonly name: string },
  message: string,
  facts: { readonly purge_at?: number } = {},
): Promise<void> {
  await change.audit(by, { action: `site_${done}`, target: { type: 'site', ...site }, details: facts });
  const metadata = { object: 'site', id: site.id, ...facts };
  await change.event({ eventType: `object_${done}`, message, site, metadata });
  change.touchIntent();
}

function refuseWhileNamed(
  row: SiteRow,
  policies: readonly { readonly policy_id: number; readonly name: string }[],
): void {
  if (policies.length === 0) return;
  const names = quoted(policies.map(({ name }) => name));
  const remedy = 'change or delete that first, or delete with force: then it matches nothing of this site';
  throw new PatronusError('conflict', `site "${row.name}" is named by policy ${names}; ${remedy}`, {
    facts: { policies: policies.map((policy) => policy.policy_id) },
  });
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
