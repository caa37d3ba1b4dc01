import { InvalidInputError } from '@patronus/core';
import { systemActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { deletedEndpointRepository, type DeletedEndpointRow } from '../repositories/deleted-endpoint-repository.ts';
import { endpointRepository, type EndpointRow } from '../repositories/endpoint-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
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
import { completeEndpoint, type EndpointInput } from './endpoint-input.ts';
import { addEndpoint, announce, entry, inputOf, type EndpointView } from './endpoint-service.ts';
import { checkVersion } from './expected-version.ts';
import { found } from './found.ts';
import { natOf } from './nat-type.ts';
import { syncPaths } from './path-rows.ts';

/** Deletes endpoints with their paths, puts them back, and removes them for good. */
export class EndpointDeletionService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Those that were deleted alone and can be restored, the last one first. Errors: `not_found` for the site. */
  async list(filter: { readonly site?: string | undefined } = {}): Promise<EndpointView[]> {
    const { db } = this.#store;
    const { site } = filter;
    const row = site === undefined ? undefined : found(await siteRepository.find(db, site), 'site', site);
    return (await deletedEndpointRepository.list(db, row?.site_id)).map(deletedView);
  }

  /** Errors: `not_found`, `version_mismatch`; `conflict` when it is deleted already and shall not be purged. */
  async delete(by: Actor, id: string, options: DeletionOptions = {}): Promise<Deletion<string>> {
    const { purge = false, expected } = options;
    return this.#store.change(async (change) => {
      const row = await endpointRepository.find(change.db, id);
      if (row !== undefined) {
        checkVersion('endpoint', `${row.site}/${row.label}`, row.version, expected);
        if (!purge) return deleteEndpoint(change, by, row);
        await takeOut(change, row);
        return tellPurged(change, by, row);
      }
      const deleted = found(await deletedEndpointRepository.find(change.db, id), 'endpoint', id);
      checkVersion('endpoint', nameOf(deleted), deleted.version, expected);
      if (!purge) throw deletedAlready('endpoint', nameOf(deleted), deleted.deleted_at);
      return this.#purge(change, by, deleted);
    });
  }

  /**
   * Puts an endpoint back with its id and, unless another has it, its slot; paths have their ids again. Errors: `not_found`;
   * `conflict` when it is live, or its device, ports or address were taken meanwhile; `exhausted`.
   */
  async restore(by: Actor, id: string): Promise<string> {
    return this.#store.change(async (change) => {
      const row = await deletedEndpointRepository.find(change.db, id);
      if (row === undefined) {
        const live = found(await endpointRepository.find(change.db, id), 'endpoint', id);
        throw notDeleted('endpoint', `${live.site}/${live.label}`);
      }
      const site = { id: row.site_id, name: row.site };
      const input = fieldsOf(row);
      try {
        await addEndpoint(change, site, input, '', { ...row, id });
      } catch (thrown) {
        throw thrown instanceof InvalidInputError ? cannotRestore('endpoint', nameOf(row), thrown) : thrown;
      }
      await deletedEndpointRepository.delete(change.db, id);
      await syncPaths(change, row.site_id);
      await change.audit(by, entry('endpoint_restored', site, { id, label: input.label }, {}));
      const message = `Endpoint ${input.label} of site ${site.name} was restored`;
      await announce(change, 'object_restored', site, id, message);
      return id;
    });
  }

  /** Removes for good what can no longer be restored. */
  async purgeExpired(): Promise<void> {
    await this.#store.change(async (change) => {
      for (const row of await deletedEndpointRepository.listDeletedBefore(change.db, change.at - recoverableMs)) {
        await this.#purge(change, systemActor, row);
      }
    });
  }

  async #purge(change: Change, by: Actor, row: DeletedEndpointRow): Promise<Deletion<string>> {
    await deletedEndpointRepository.delete(change.db, row.endpoint_id);
    return tellPurged(change, by, { ...row, label: fieldsOf(row).label });
  }
}

async function tellPurged(
  change: Change,
  by: Actor,
  { endpoint_id: id, site_id, site: name, label }: Pick<EndpointRow, 'endpoint_id' | 'site_id' | 'site' | 'label'>,
): Promise<Deletion<string>> {
  const site = { id: site_id, name };
  await change.audit(by, entry('endpoint_purged', site, { id, label }, {}));
  const message = `Endpoint ${label} of site ${name} was removed for good`;
  await announce(change, 'object_purged', site, id, message);
  return { id, name: `${name}/${label}`, message, purgeAt: null };
}

/** Its paths go with it, and its slot may go to another. */
async function takeOut(change: Change, { endpoint_id, site_id, slot }: EndpointRow): Promise<void> {
  await endpointRepository.delete(change.db, endpoint_id);
  await release(change, 'slot', site_id, slot);
}

/** Takes an endpoint out of the network within a change, so that it can be restored. */
export async function deleteEndpoint(change: Change, by: Actor, row: EndpointRow): Promise<Deletion<string>> {
  const { endpoint_id: id, site_id, slot, label, version, created_at, updated_at } = row;
  const site = { id: site_id, name: row.site };
  const kept = { endpoint_id: id, site_id, slot, version, created_at, updated_at };
  const fields = JSON.stringify(inputOf(row));
  await takeOut(change, row);
  await deletedEndpointRepository.insert(change.db, { ...kept, fields, deleted_at: change.at });
  await change.audit(by, entry('endpoint_deleted', site, { id, label }, {}));
  await announce(change, 'object_deleted', site, id, `Endpoint ${label} was removed from site ${site.name}`);
  const purgeAt = purgeTime(change.at)!;
  const message = `Endpoint ${label} of site ${site.name} was deleted with its paths; it can be restored until ${timeText(purgeAt)}`;
  return { id, name: `${site.name}/${label}`, message, purgeAt };
}

/** One that was deleted by an earlier version may lack fields of this one. */
const fieldsOf = ({ fields }: DeletedEndpointRow): Required<EndpointInput> =>
  completeEndpoint(JSON.parse(fields) as EndpointInput);

const nameOf = (row: DeletedEndpointRow): string => `${row.site}/${fieldsOf(row).label}`;

function deletedView(row: DeletedEndpointRow): EndpointView {
  const { up_bps: upBps, down_bps: downBps, outer_dscp: outerDscp, ...fields } = fieldsOf(row);
  return {
    ...fields,
    upBps,
    downBps,
    outerDscp,
    id: row.endpoint_id,
    siteId: row.site_id,
    site: row.site,
    slot: row.slot,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
    ...natOf({ ...fields, slot: row.slot }, [], []),
    deletedAt: row.deleted_at,
    purgeAt: purgeTime(row.deleted_at),
  };
}
