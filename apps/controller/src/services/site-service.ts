import { randomUUID } from 'node:crypto';
import { InvalidInputError } from '@patronus/core';
import { changesBetween, type Actor, type AuditEntry } from '../audit/index.ts';
import type { Db } from '../database/schema.ts';
import type { Change, Store } from '../database/store.ts';
import { configRepository, type SiteConfigRow } from '../repositories/config-repository.ts';
import { edgeRepository } from '../repositories/edge-repository.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { siteRepository, type SiteRow } from '../repositories/site-repository.ts';
import type { Standing } from '../repositories/standing.ts';
import { allocate } from './allocator.ts';
import { purgeTime } from './deletion.ts';
import { findNats } from './endpoint-nat.ts';
import { addEndpoint, endpointView, type EndpointView } from './endpoint-service.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once } from './once.ts';
import { syncPaths } from './path-rows.ts';
import type { Presence } from './presence.ts';
import { Problems } from './problems.ts';
import {
  checkLocation,
  checkPlace,
  checkPrefixes,
  checkSiteName,
  checkTags,
  checkTimeZone,
  tidyTags,
  type SiteChanges,
  type SiteInput,
} from './site-input.ts';

/** How far a site's edge is with the newest document. */
export interface SiteConfig {
  readonly status: 'pending' | 'applied' | 'rejected' | 'offline';
  readonly reason: string | null;
  readonly version: string | null;
  readonly appliedVersion: string | null;
  readonly appliedAt: number | null;
}

/** A site as the API shows it. */
export interface SiteView {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly prefixes: readonly string[];
  readonly tags: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
  /** Degrees; null where nobody said. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** `new` until an edge is enrolled. */
  readonly status: 'new' | 'online' | 'offline';
  readonly config: SiteConfig;
  readonly endpoints: readonly EndpointView[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change of name, location or prefixes. */
  readonly version: number;
  /** Unix ms; null while it is live. */
  readonly deletedAt: number | null;
  /** Until when it can be restored, unix ms; null while it is live. */
  readonly purgeAt: number | null;
}

/** Sites: what they are called, which LAN they hold, how their edge is. */
export class SiteService {
  readonly #store: Store;
  readonly #presence: Presence;
  readonly #documents: { readonly isBehind: boolean };

  constructor(store: Store, presence: Presence, documents: { readonly isBehind: boolean }) {
    this.#store = store;
    this.#presence = presence;
    this.#documents = documents;
  }

  /** Live sites, or deleted ones that can be restored. */
  async list(standing: Standing = 'live'): Promise<SiteView[]> {
    const db = this.#store.db;
    const uplinks = await endpointRepository.list(db, undefined, standing);
    const natOf = await findNats(this.#store, uplinks);
    const [sites, prefixes, endpoints, configs, edges] = [
      await siteRepository.list(db, standing),
      Map.groupBy(await siteRepository.listPrefixes(db, standing), (row) => row.site_id),
      Map.groupBy(uplinks, (row) => row.site_id),
      new Map((await configRepository.list(db)).map((row) => [row.site_id, row])),
      new Set((await edgeRepository.list(db, standing)).map((row) => row.site_id)),
    ];
    return sites.map((row) => {
      const isOnline = this.#presence.isOnline(row.site_id);
      return {
        id: row.site_id,
        name: row.name,
        location: row.location,
        prefixes: (prefixes.get(row.site_id) ?? []).map(({ prefix }) => prefix),
        tags: JSON.parse(row.tags) as string[],
        timeZone: row.time_zone,
        latitude: row.latitude,
        longitude: row.longitude,
        status: isOnline ? 'online' : edges.has(row.site_id) ? 'offline' : 'new',
        config: this.#config(configs.get(row.site_id), isOnline),
        endpoints: (endpoints.get(row.site_id) ?? []).map((uplink) => endpointView(uplink, natOf(uplink))),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        version: row.version,
        deletedAt: row.deleted_at,
        purgeAt: purgeTime(row.deleted_at),
      };
    });
  }

  async get(idOrName: string): Promise<SiteView> {
    const row = await this.#find(idOrName);
    return found(
      (await this.list()).find((site) => site.id === row.site_id),
      'site',
      idOrName,
    );
  }

  /**
   * Makes the site with its prefixes and endpoints, or nothing. `key` makes it one site however often it is asked for, see
   * {@link once}. Errors: `invalid_input`, `exhausted`.
   */
  async create(by: Actor, input: SiteInput, key?: string): Promise<SiteView> {
    const request = { by, key, operation: 'site_created', input };
    const make = async (change: Change): Promise<string> => {
      const site = await createSite(change, by, input);
      await syncPaths(change, site.id);
      return site.id;
    };
    const { id } = await this.#store.change((change) => once(change, request, () => make(change)));
    return this.get(id);
  }

  /** Errors: `version_mismatch`, `invalid_input`. */
  async update(by: Actor, idOrName: string, changes: SiteChanges, expected?: ExpectedVersions): Promise<SiteView> {
    const id = await this.#store.change(async (change) => {
      const row = found(await siteRepository.find(change.db, idOrName), 'site', idOrName);
      checkVersion('site', row.name, row.version, expected);
      await updateSite(change, by, await heldSite(change.db, row), changes);
      return row.site_id;
    });
    return this.get(id);
  }

  #config(row: SiteConfigRow | undefined, isOnline: boolean): SiteConfig {
    const version = row?.version ?? null;
    const isRejected = version !== null && row?.rejected_version === version;
    const isApplied = version !== null && row?.applied_version === version && !this.#documents.isBehind;
    return {
      status: isOnline ? (isRejected ? 'rejected' : isApplied ? 'applied' : 'pending') : 'offline',
      reason: isRejected ? (row?.rejected_reason ?? null) : null,
      version,
      appliedVersion: row?.applied_version ?? null,
      appliedAt: row?.applied_at ?? null,
    };
  }

  async #find(idOrName: string): Promise<SiteRow> {
    return found(await siteRepository.find(this.#store.db, idOrName), 'site', idOrName);
  }
}

export type SiteRef = { readonly id: string; readonly name: string };

/** What a site is and has before it is changed. */
export interface HeldSite extends SiteRef {
  readonly location: string;
  readonly prefixes: readonly string[];
  readonly tags: readonly string[];
  readonly time_zone: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export async function heldSite(db: Db, row: SiteRow): Promise<HeldSite> {
  const { site_id: id, name, location, tags, time_zone, latitude, longitude } = row;
  const held = (await siteRepository.listPrefixes(db)).filter((each) => each.site_id === id);
  const prefixes = held.map(({ prefix }) => prefix);
  return { id, name, location, prefixes, tags: JSON.parse(tags) as string[], time_zone, latitude, longitude };
}

/**
 * Makes the site with its prefixes and endpoints within a change. The caller brings the paths up to date. Errors:
 * `invalid_input`, `exhausted`.
 */
export async function createSite(change: Change, by: Actor, input: SiteInput): Promise<SiteRef> {
  const site = { id: randomUUID() as string, name: input.name.trim() };
  const problems = new Problems();
  await checkOwnFields(change, site, input, problems);
  const prefixes = await checkPrefixes(change.db, input.prefixes ?? [], site, problems);
  if ((await siteRepository.find(change.db, site.name)) !== undefined) problems.throwIfAny();
  const own = ownOf(input);
  checkPlace(own, problems);
  await insertSite(change, site, own);
  await addEndpoints(change, site, input.endpoints ?? [], problems);
  problems.throwIfAny();
  await siteRepository.replacePrefixes(change.db, site.id, prefixes);
  const labels = (input.endpoints ?? []).map(({ label }) => label);
  const details = { ...own, prefixes, endpoints: labels };
  await announce(change, by, 'created', site, details);
  return site;
}

/** A new site's own fields, with what is meant where nothing is said. */
const ownOf = ({ location, tags, time_zone, latitude, longitude }: SiteInput) => ({
  location: location ?? '',
  tags: tidyTags(tags ?? []),
  time_zone: time_zone ?? 'UTC',
  latitude: latitude ?? null,
  longitude: longitude ?? null,
});

/** Changes a site's own fields within a change; `before` is what it was. Errors: `invalid_input`. */
export async function updateSite(change: Change, by: Actor, before: HeldSite, changes: SiteChanges): Promise<void> {
  const site = { id: before.id, name: (changes.name ?? before.name).trim() };
  const problems = new Problems();
  await checkOwnFields(change, site, changes, problems);
  const prefixes =
    changes.prefixes === undefined ? before.prefixes : await checkPrefixes(change.db, changes.prefixes, site, problems);
  const { id: _id, ...shown } = before;
  const own = {
    name: site.name,
    location: changes.location ?? before.location,
    tags: changes.tags === undefined ? before.tags : tidyTags(changes.tags),
    time_zone: changes.time_zone ?? before.time_zone,
    latitude: changes.latitude === undefined ? before.latitude : changes.latitude,
    longitude: changes.longitude === undefined ? before.longitude : changes.longitude,
  };
  checkPlace(own, problems);
  problems.throwIfAny();
  const changed = changesBetween(shown, { ...own, prefixes });
  if (Object.keys(changed).length === 0) return;
  const row = { ...own, tags: JSON.stringify(own.tags) };
  await siteRepository.update(change.db, site.id, { ...row, updated_at: change.at });
  if ('prefixes' in changed) await siteRepository.replacePrefixes(change.db, site.id, prefixes);
  await announce(change, by, 'updated', site, changed);
}

async function checkOwnFields(change: Change, site: SiteRef, input: SiteChanges, problems: Problems): Promise<void> {
  checkSiteName(site.name, problems);
  if (input.location !== undefined) checkLocation(input.location, problems);
  if (input.tags !== undefined) checkTags(input.tags, 'tags', problems);
  if (input.time_zone !== undefined) checkTimeZone(input.time_zone, problems);
  const namesake = await siteRepository.find(change.db, site.name);
  if (namesake === undefined || namesake.site_id === site.id) return;
  problems.add('name', `there is a site "${namesake.name}" already`, 'choose another name');
}

async function insertSite(change: Change, site: SiteRef, own: ReturnType<typeof ownOf>): Promise<void> {
  const index = await allocate(change, 'site_index', '', site.id);
  await siteRepository.insert(change.db, {
    site_id: site.id,
    name: site.name,
    ...own,
    tags: JSON.stringify(own.tags),
    site_index: index,
    created_at: change.at,
    updated_at: change.at,
  });
}

async function addEndpoints(
  change: Change,
  site: SiteRef,
  endpoints: NonNullable<SiteInput['endpoints']>,
  problems: Problems,
): Promise<void> {
  for (const [index, endpoint] of endpoints.entries()) {
    try {
      await addEndpoint(change, site, endpoint, `endpoints[${index}].`);
    } catch (thrown) {
      if (!(thrown instanceof InvalidInputError)) throw thrown;
      problems.addAll(thrown.problems);
    }
  }
}

const verbs = { created: 'created', updated: 'changed' } as const;

async function announce(
  change: Change,
  by: Actor,
  done: keyof typeof verbs,
  site: SiteRef,
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  await change.audit(by, { action: `site_${done}`, target: { type: 'site', ...site }, details });
  const message = `Site ${site.name} was ${verbs[done]}`;
  await change.event({ eventType: `object_${done}`, message, site, metadata: { object: 'site', id: site.id } });
  change.touchIntent();
}
