import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Db, EdgeTable, UnixMs } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

export type EdgeRow = Selectable<EdgeTable> & { readonly site: string; readonly site_deleted_at: UnixMs | null };

const select = (db: Db) =>
  db
    .selectFrom('edges')
    .innerJoin('sdwan_sites', 'sdwan_sites.site_id', 'edges.site_id')
    .selectAll('edges')
    .select(['sdwan_sites.name as site', 'sdwan_sites.deleted_at as site_deleted_at']);

export const edgeRepository = {
  /** Edges of live or of deleted sites. */
  list: (db: Db, standing: Standing = 'live'): Promise<EdgeRow[]> =>
    select(db)
      .where('revoked_at', 'is', null)
      .where('sdwan_sites.deleted_at', deletedAt[standing], null)
      .orderBy('sdwan_sites.name')
      .execute(),

  /** Whether its site is live or deleted. */
  find: (db: Db, edgeId: string): Promise<EdgeRow | undefined> =>
    select(db).where('edge_id', '=', edgeId).executeTakeFirst(),

  findActive: (db: Db, siteId: string): Promise<EdgeRow | undefined> =>
    select(db).where('edges.site_id', '=', siteId).where('revoked_at', 'is', null).executeTakeFirst(),

  async insert(db: Db, row: Insertable<EdgeTable>): Promise<void> {
    await db.insertInto('edges').values(row).execute();
  },

  async update(db: Db, edgeId: string, changes: Updateable<EdgeTable>): Promise<void> {
    await db.updateTable('edges').set(changes).where('edge_id', '=', edgeId).execute();
  },

  /** Ids of all edges, revoked ones too. */
  async listIds(db: Db): Promise<Set<string>> {
    const rows = await db.selectFrom('edges').select('edge_id').execute();
    return new Set(rows.map((row) => row.edge_id));
  },

  listTunnelKeys: (db: Db) => db.selectFrom('tunnel_keys').select(['site_id', 'tunnel', 'public_key']).execute(),

  async tunnelKeysOf(db: Db, siteId: string): Promise<Map<string, string>> {
    const rows = await db
      .selectFrom('tunnel_keys')
      .select(['tunnel', 'public_key'])
      .where('site_id', '=', siteId)
      .execute();
    return new Map(rows.map((row) => [row.tunnel, row.public_key]));
  },

  async saveTunnelKey(db: Db, siteId: string, tunnel: string, publicKey: string, at: number): Promise<void> {
    await db
      .insertInto('tunnel_keys')
      .values({ site_id: siteId, tunnel, public_key: publicKey, updated_at: at })
      .onConflict((conflict) =>
        conflict.columns(['site_id', 'tunnel']).doUpdateSet({ public_key: publicKey, updated_at: at }),
      )
      .execute();
  },

  async deleteTunnelKeys(db: Db, siteId: string): Promise<void> {
    await db.deleteFrom('tunnel_keys').where('site_id', '=', siteId).execute();
  },
};
