import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Db, SiteTable } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

export type SiteRow = Selectable<SiteTable>;

export const siteRepository = {
  list: (db: Db, standing: Standing = 'live'): Promise<SiteRow[]> =>
    db.selectFrom('sdwan_sites').selectAll().where('deleted_at', deletedAt[standing], null).orderBy('name').execute(),

  /** By id, or by name whatever its case. */
  find: (db: Db, idOrName: string): Promise<SiteRow | undefined> =>
    db
      .selectFrom('sdwan_sites')
      .selectAll()
      .where((eb) => eb.or([eb('site_id', '=', idOrName), eb('name', '=', idOrName)]))
      .where('deleted_at', 'is', null)
      .executeTakeFirst(),

  /** Deleted ones with this id or name, the latest first; names are unique among live sites only. */
  findDeleted: (db: Db, idOrName: string): Promise<SiteRow[]> =>
    db
      .selectFrom('sdwan_sites')
      .selectAll()
      .where((eb) => eb.or([eb('site_id', '=', idOrName), eb('name', '=', idOrName)]))
      .where('deleted_at', 'is not', null)
      .orderBy('deleted_at', 'desc')
      .execute(),

  listDeletedBefore: (db: Db, before: number): Promise<SiteRow[]> =>
    db.selectFrom('sdwan_sites').selectAll().where('deleted_at', '<=', before).execute(),

  async insert(db: Db, row: Insertable<SiteTable>): Promise<void> {
    await db.insertInto('sdwan_sites').values(row).execute();
  },

  async update(db: Db, siteId: string, changes: Updateable<SiteTable>): Promise<void> {
    await db
      .updateTable('sdwan_sites')
      .set({ ...changes, version: nextVersion })
      .where('site_id', '=', siteId)
      .execute();
  },

  /** Endpoints, paths, keys, edges, decisions and status go with it. */
  async delete(db: Db, siteId: string): Promise<void> {
    await db.deleteFrom('sdwan_sites').where('site_id', '=', siteId).execute();
  },

  /** Every prefix with the name of its site, in the order in which each site tells them. */
  listPrefixes: (db: Db, standing: Standing = 'live'): Promise<{ prefix: string; site_id: string; site: string }[]> =>
    db
      .selectFrom('site_prefixes')
      .innerJoin('sdwan_sites', 'sdwan_sites.site_id', 'site_prefixes.site_id')
      .select(['prefix', 'site_prefixes.site_id', 'sdwan_sites.name as site'])
      .where('site_prefixes.deleted_at', deletedAt[standing], null)
      .orderBy('position')
      .execute(),

  async replacePrefixes(db: Db, siteId: string, prefixes: readonly string[]): Promise<void> {
    await db.deleteFrom('site_prefixes').where('site_id', '=', siteId).execute();
    const rows = prefixes.map((prefix, position) => ({ prefix, site_id: siteId, position }));
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await db
        .insertInto('site_prefixes')
        .values(rows.slice(start, start + rowsPerInsert))
        .execute();
    }
  },
};

const nextVersion = sql<number>`version + 1`;

/** SQLite takes 32,766 parameters in one statement; three per row, with room to spare. */
const rowsPerInsert = 5_000;
