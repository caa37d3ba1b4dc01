import { randomUUID } from 'node:crypto';
import { InvalidInputError, type Endpoint, type OuterDscp, type ProbeProfile, type Shaping } from '@patronus/core';
import { changesBetween, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { endpointRepository, type EndpointRow } from '../repositories/endpoint-repository.ts';
import type { CallerFilter } from '../repositories/path-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { allocate, allocateAgain } from './allocator.ts';
import { endpointFields, type EndpointChanges, type EndpointFields, type EndpointInput } from './endpoint-input.ts';
import { findNats } from './endpoint-nat.ts';
import { checkAgainstOthers } from './endpoint-rules.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import type { Nat } from './nat-type.ts';
import { once } from './once.ts';
import { syncPaths } from './path-rows.ts';
import { Problems } from './problems.ts';

/** An endpoint as the API shows it. */
export interface EndpointView extends Nat, Omit<Endpoint, 'id' | 'siteId' | 'address'> {
  readonly id: string;
  readonly siteId: string;
  readonly site: string;
  readonly address: string | null;
  readonly port: number;
  readonly slot: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change. */
  readonly version: number;
  readonly deletedAt: number | null;
  /** Until when it can be restored. */
  readonly purgeAt: number | null;
}

export type SiteRef = { readonly id: string; readonly name: string };

/** The uplinks of sites. */
export class EndpointService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(filter: { site?: string | undefined } = {}): Promise<EndpointView[]> {
    const site = filter.site === undefined ? undefined : await this.#site(filter.site);
    return this.#views(await endpointRepository.list(this.#store.db, site?.id), { siteId: site?.id });
  }

  /** Those of the ids that are there, in no order. */
  async listByIds(ids: readonly string[]): Promise<EndpointView[]> {
    return this.#views(await endpointRepository.listByIds(this.#store.db, ids));
  }

  async get(id: string): Promise<EndpointView> {
    const row = found(await endpointRepository.find(this.#store.db, id), 'endpoint', id);
    return (await this.#views([row], { endpointId: id }))[0]!;
  }

  /**
   * `key` makes it one endpoint however often it is asked for, see {@link once}. Errors: `invalid_input` with every wrong
   * field, `exhausted` when the site has no slot left.
   */
  async create(by: Actor, siteIdOrName: string, input: EndpointInput, key?: string): Promise<EndpointView> {
    const request = { by, key, operation: 'endpoint_created', input: [siteIdOrName, input] };
    const make = async (change: Change): Promise<string> => {
      const row = await siteRepository.find(change.db, siteIdOrName);
      if (row === undefined) throw unknownSite(siteIdOrName);
      const made = await createEndpoint(change, by, { id: row.site_id, name: row.name }, input);
      await syncPaths(change, row.site_id);
      return made;
    };
    const { id } = await this.#store.change((change) => once(change, request, () => make(change)));
    return this.get(id);
  }

  /** Errors: `version_mismatch`, `invalid_input`. */
  async update(by: Actor, id: string, changes: EndpointChanges, expected?: ExpectedVersions): Promise<EndpointView> {
    await this.#store.change(async (change) => {
      const row = found(await endpointRepository.find(change.db, id), 'endpoint', id);
      checkVersion('endpoint', `${row.site}/${row.label}`, row.version, expected);
      await updateEndpoint(change, by, row, changes);
      await syncPaths(change, row.site_id);
    });
    return this.get(id);
  }

  async #views(rows: readonly EndpointRow[], filter?: CallerFilter): Promise<EndpointView[]> {
    const natOfRow = await findNats(this.#store, rows, filter);
    return rows.map((row) => endpointView(row, natOfRow(row)));
  }

  async #site(idOrName: string): Promise<SiteRef> {
    const row = found(await siteRepository.find(this.#store.db, idOrName), 'site', idOrName);
    return { id: row.site_id, name: row.name };
  }
}

/** Adds an endpoint to a site within a change, and tells of it. The caller brings the paths up to date. */
export async function createEndpoint(
  change: Change,
  by: Actor,
  site: SiteRef,
  input: EndpointInput,
  at = '',
): Promise<string> {
  const id = await addEndpoint(change, site, input, at);
  const made = found(await endpointRepository.find(change.db, id), 'endpoint', id);
  await change.audit(by, entry('endpoint_created', site, { id, label: made.label }, inputOf(made)));
  await announce(change, 'object_created', site, id, `Endpoint ${made.label} was added to site ${site.name}`);
  return id;
}

/** Changes an endpoint within a change; `row` is what it was. The caller brings the paths up to date. */
export async function updateEndpoint(
  change: Change,
  by: Actor,
  row: EndpointRow,
  changes: EndpointChanges,
  at = '',
): Promise<void> {
  const { endpoint_id: id, slot } = row;
  const problems = new Problems();
  const fields = endpointFields({ ...inputOf(row), ...changes }, at, problems);
  const site = { id: row.site_id, name: row.site };
  await checkAgainstOthers(change.db, site, { ...fields, id, slot }, at, problems);
  problems.throwIfAny();
  const changed = changesBetween(inputOf(row), inputOf(fields));
  if (Object.keys(changed).length === 0) return;
  await endpointRepository.update(change.db, id, { ...fields, updated_at: change.at });
  await change.audit(by, entry('endpoint_updated', site, { id, label: fields.label }, changed));
  await announce(change, 'object_updated', site, id, `Endpoint ${fields.label} of site ${site.name} was changed`);
}

/** What an endpoint had that is put back. */
interface FormerEndpoint {
  readonly id: string;
  readonly slot: number;
  readonly version: number;
  readonly created_at: number;
}

/** Adds one endpoint, or one that was there, within a change; answers its id. The caller brings the paths up to date. */
export async function addEndpoint(
  change: Change,
  site: SiteRef,
  input: EndpointInput,
  at: string,
  former?: FormerEndpoint,
): Promise<string> {
  const problems = new Problems();
  const fields = endpointFields(input, at, problems);
  const id = former?.id ?? randomUUID();
  const slot =
    former === undefined
      ? await allocate(change, 'slot', site.id, id)
      : await allocateAgain(change, 'slot', site.id, { owner: id, value: former.slot });
  await checkAgainstOthers(change.db, site, { ...fields, id, slot }, at, problems);
  problems.throwIfAny();
  const times = { created_at: former?.created_at ?? change.at, updated_at: change.at };
  const version = (former?.version ?? 0) + 1;
  await endpointRepository.insert(change.db, { endpoint_id: id, site_id: site.id, slot, ...fields, ...times, version });
  return id;
}

const unknownSite = (site: string): InvalidInputError =>
  new InvalidInputError([{ field: 'site', problem: `there is no site "${site}"`, remedy: 'create it first' }]);

/** Endpoints go by `SITE/LABEL`, as on the command line. */
export const entry = (
  action: `endpoint_${'created' | 'updated' | 'deleted' | 'restored' | 'purged'}`,
  site: SiteRef,
  { id, label }: { id: string; label: string },
  details: NonNullable<AuditEntry['details']>,
): AuditEntry => ({ action, target: { type: 'endpoint', id, name: `${site.name}/${label}` }, details });

export async function announce(
  change: Change,
  eventType: `object_${'created' | 'updated' | 'deleted' | 'restored' | 'purged'}`,
  site: SiteRef,
  id: string,
  message: string,
): Promise<void> {
  await change.event({ eventType, message, site, metadata: { object: 'endpoint', id } });
  change.touchIntent();
}

/** What a user would say to get this endpoint. */
export const inputOf = (
  row: Omit<EndpointFields, 'profile' | 'shaping' | 'outer_dscp'> & {
    readonly profile: string;
    readonly shaping: string;
    readonly outer_dscp: string;
  },
): Required<EndpointInput> => ({
  label: row.label,
  device: row.device,
  address: row.address,
  port: row.port,
  nat: row.nat === 1,
  cost: row.cost,
  profile: row.profile as ProbeProfile,
  up_bps: row.up_bps,
  down_bps: row.down_bps,
  shaping: row.shaping as Shaping,
  policing: row.policing === 1,
  outer_dscp: row.outer_dscp as OuterDscp,
});

export const endpointView = (row: EndpointRow, nat: Nat): EndpointView => ({
  id: row.endpoint_id,
  siteId: row.site_id,
  site: row.site,
  label: row.label,
  device: row.device,
  address: row.address,
  port: row.port,
  nat: row.nat === 1,
  cost: row.cost,
  profile: row.profile as Endpoint['profile'],
  upBps: row.up_bps,
  downBps: row.down_bps,
  shaping: row.shaping as Shaping,
  policing: row.policing === 1,
  outerDscp: row.outer_dscp as OuterDscp,
  slot: row.slot,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
  deletedAt: null,
  purgeAt: null,
  ...nat,
});
