import type { Address } from '@patronus/core';
import type { FarEndAddress } from '@patronus/protocol';
import { sql, type Insertable, type Selectable } from 'kysely';
import type { Db, OrderFigures, PathFigures, PathTable } from '../database/schema.ts';

export interface PathRow extends Selectable<PathTable> {
  readonly source_site_id: string;
  readonly source_site: string;
  readonly source_label: string;
  readonly dest_site_id: string;
  readonly dest_site: string;
  readonly dest_label: string;
  /** Null where it has no override. */
  readonly override_reason: string | null;
  readonly override_by: string | null;
  readonly override_since: number | null;
  readonly override_expires_at: number | null;
}

export interface PathFilter {
  readonly pathIds?: readonly string[] | undefined;
  readonly sourceSiteId?: string | undefined;
  readonly destSiteId?: string | undefined;
  /** That of either end. */
  readonly endpointId?: string | undefined;
  /** The label of either end. */
  readonly label?: string | undefined;
}

export interface CallerFilter {
  readonly endpointId?: string | undefined;
  readonly siteId?: string | undefined;
}

export interface CallerRow {
  readonly endpoint_id: string;
  readonly observer_slot: number;
  readonly address: string;
  readonly port: number;
  /** Null where the site has no edge any more. */
  readonly uplinks: string | null;
}

/** Current figures of a path as an edge reported them. */
export interface PathUpdate extends PathFigures, OrderFigures {
  readonly path_id: string;
  readonly health_status: string;
  readonly since: number;
  readonly reported_at: number;
}

/** What an edge reports of a path, and the type that both databases know its column by. */
const updateColumns = {
  health_status: 'text',
  since: 'bigint',
  reported_at: 'bigint',
  latency: 'double precision',
  jitter: 'double precision',
  loss: 'double precision',
  rtt: 'double precision',
  mos: 'double precision',
  reverse_latency: 'double precision',
  reverse_jitter: 'double precision',
  reverse_loss: 'double precision',
  reordering_percent: 'double precision',
  duplication_percent: 'double precision',
} as const satisfies Record<keyof Omit<PathUpdate, 'path_id'>, string>;
const updateNames = Object.keys(updateColumns) as (keyof typeof updateColumns)[];

const select = (db: Db) =>
  db
    .selectFrom('sdwan_paths as path')
    .innerJoin('sdwan_endpoints as source', 'source.endpoint_id', 'path.source_endpoint_id')
    .innerJoin('sdwan_sites as source_site', 'source_site.site_id', 'source.site_id')
    .innerJoin('sdwan_endpoints as dest', 'dest.endpoint_id', 'path.dest_endpoint_id')
    .innerJoin('sdwan_sites as dest_site', 'dest_site.site_id', 'dest.site_id')
    .leftJoin('path_overrides as override', 'override.path_id', 'path.path_id')
    .selectAll('path')
    .select([
      'source.site_id as source_site_id',
      'source_site.name as source_site',
      'source.label as source_label',
      'dest.site_id as dest_site_id',
      'dest_site.name as dest_site',
      'dest.label as dest_label',
      'override.reason as override_reason',
      'override.set_by as override_by',
      'override.since as override_since',
      'override.expires_at as override_expires_at',
    ])
    .where('path.deleted_at', 'is', null);

export const pathRepository = {
  list: (db: Db, filter: PathFilter = {}): Promise<PathRow[]> => {
    let query = select(db);
    if (filter.pathIds !== undefined) query = query.where('path.path_id', 'in', [...filter.pathIds]);
    if (filter.sourceSiteId !== undefined) query = query.where('source.site_id', '=', filter.sourceSiteId);
    if (filter.destSiteId !== undefined) query = query.where('dest.site_id', '=', filter.destSiteId);
    if (filter.endpointId !== undefined) {
      const id = filter.endpointId;
      query = query.where((eb) =>
        eb.or([eb('path.source_endpoint_id', '=', id), eb('path.dest_endpoint_id', '=', id)]),
      );
    }
    if (filter.label !== undefined) {
      const label = filter.label;
      query = query.where((eb) => eb.or([eb('source.label', '=', label), eb('dest.label', '=', label)]));
    }
    return query
      .orderBy('source_site.name')
      .orderBy('dest_site.name')
      .orderBy('source.slot')
      .orderBy('dest.slot')
      .execute();
  },

  find: (db: Db, pathId: string): Promise<PathRow | undefined> =>
    select(db).where('path.path_id', '=', pathId).executeTakeFirst(),

  /** Ids and bandwidths only, of paths that start or end at one of the endpoints, or of all. */
  listKeys: (db: Db, endpointIds?: readonly string[]): Promise<{ path_id: string; bandwidth: number | null }[]> =>
    db
      .selectFrom('sdwan_paths')
      .select(['path_id', 'bandwidth'])
      .where('deleted_at', 'is', null)
      .$if(endpointIds !== undefined, (query) =>
        query.where((eb) =>
          eb.or([eb('source_endpoint_id', 'in', endpointIds!), eb('dest_endpoint_id', 'in', endpointIds!)]),
        ),
      )
      .execute(),

  /** Every path with its ends, in no order. */
  listEnds: (db: Db): Promise<{ path_id: string; source_endpoint_id: string; dest_endpoint_id: string }[]> =>
    db
      .selectFrom('sdwan_paths')
      .select(['path_id', 'source_endpoint_id', 'dest_endpoint_id'])
      .where('deleted_at', 'is', null)
      .execute(),

  async insert(db: Db, rows: readonly Insertable<PathTable>[]): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerStatement) {
      await db
        .insertInto('sdwan_paths')
        .values(rows.slice(start, start + rowsPerStatement))
        .execute();
    }
  },

  /** What is kept of the copies of these paths, where there is something. */
  async listCopies(db: Db, pathIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await db
      .selectFrom('sdwan_paths')
      .select(['path_id', 'copies'])
      .where('path_id', 'in', pathIds)
      .execute();
    return new Map(rows.flatMap(({ path_id, copies }) => (copies === null ? [] : [[path_id, copies]])));
  },

  async setCopies(db: Db, pathId: string, copies: string): Promise<void> {
    await db.updateTable('sdwan_paths').set({ copies }).where('path_id', '=', pathId).execute();
  },

  /** Where the far ends of these paths call from, as far as it was told. */
  async listRemotes(db: Db, pathIds: readonly string[]): Promise<Map<string, FarEndAddress>> {
    const rows = await db
      .selectFrom('sdwan_paths')
      .select(['path_id', 'remote_address as address', 'remote_port as port'])
      .where('path_id', 'in', pathIds)
      .where('remote_address', 'is not', null)
      .$narrowType<{ address: string; port: number }>()
      .execute();
    return new Map(rows.map(({ path_id, address, port }) => [path_id, { address: address as Address, port }]));
  },

  async setRemote(db: Db, pathId: string, { address, port }: FarEndAddress): Promise<void> {
    const remote = { remote_address: address, remote_port: port };
    await db.updateTable('sdwan_paths').set(remote).where('path_id', '=', pathId).execute();
  },

  /**
   * Where endpoints behind NAT call from, by one row for each path that leads to one, carries packets and was reported since
   * `reportedSince`; with the slot of the endpoint that sees it, and the JSON of the uplinks that the edge behind NAT told.
   */
  listCallers: (db: Db, reportedSince: number, { endpointId, siteId }: CallerFilter = {}): Promise<CallerRow[]> =>
    db
      .selectFrom('sdwan_endpoints as dest')
      .innerJoin('sdwan_paths as path', 'path.dest_endpoint_id', 'dest.endpoint_id')
      .innerJoin('sdwan_endpoints as source', 'source.endpoint_id', 'path.source_endpoint_id')
      .leftJoin('edges', (join) => join.onRef('edges.site_id', '=', 'dest.site_id').on('edges.revoked_at', 'is', null))
      .select([
        'dest.endpoint_id',
        'source.slot as observer_slot',
        'path.remote_address as address',
        'path.remote_port as port',
        'edges.uplinks',
      ])
      .where('dest.nat', '=', 1)
      .$if(endpointId !== undefined, (query) => query.where('dest.endpoint_id', '=', endpointId!))
      .$if(siteId !== undefined, (query) => query.where('dest.site_id', '=', siteId!))
      .where('path.deleted_at', 'is', null)
      .where('path.remote_address', 'is not', null)
      .where('path.health_status', 'in', ['up', 'degraded'])
      .where('path.reported_at', '>=', reportedSince)
      .$narrowType<{ address: string; port: number }>()
      .execute(),

  async delete(db: Db, pathIds: readonly string[]): Promise<void> {
    for (let start = 0; start < pathIds.length; start += rowsPerStatement) {
      const some = pathIds.slice(start, start + rowsPerStatement);
      await db.deleteFrom('sdwan_paths').where('path_id', 'in', some).execute();
    }
  },

  async setBandwidth(db: Db, pathId: string, bandwidth: number | null): Promise<void> {
    await db.updateTable('sdwan_paths').set({ bandwidth }).where('path_id', '=', pathId).execute();
  },

  /** In one statement, as edges report all their paths every second. Leaves a path alone that already has a later report. */
  async report(db: Db, updates: readonly PathUpdate[]): Promise<void> {
    for (let start = 0; start < updates.length; start += rowsPerStatement) {
      const rows = updates.slice(start, start + rowsPerStatement).map((update) => {
        const values = updateNames.map((name) => sql`cast(${update[name]} as ${sql.raw(updateColumns[name])})`);
        return sql`(cast(${update.path_id} as text), ${sql.join(values)})`;
      });
      const columns = sql.join(updateNames.map((name) => sql.ref(`new_${name}`)));
      const changes = sql.join(updateNames.map((name) => sql`${sql.ref(name)} = ${sql.ref(`new_${name}`)}`));
      await sql`
        WITH news (id, ${columns}) AS (VALUES ${sql.join(rows)})
        UPDATE sdwan_paths SET ${changes} FROM news
        WHERE path_id = id AND (reported_at IS NULL OR reported_at <= new_reported_at)`.execute(db);
    }
  },

  /** The paths that start at this site, each with the endpoint it starts at. */
  async listSourcesFrom(db: Db, siteId: string): Promise<Map<string, string>> {
    const rows = await db
      .selectFrom('sdwan_paths as path')
      .innerJoin('sdwan_endpoints as source', 'source.endpoint_id', 'path.source_endpoint_id')
      .select(['path_id', 'source_endpoint_id'])
      .where('source.site_id', '=', siteId)
      .where('path.deleted_at', 'is', null)
      .execute();
    return new Map(rows.map((row) => [row.path_id, row.source_endpoint_id]));
  },
};

/** Keeps one statement under SQLite's 32,766 parameters. */
const rowsPerStatement = 2_000;
