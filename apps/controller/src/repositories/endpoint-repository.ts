import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Db, EndpointTable } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

export type EndpointRow = Selectable<EndpointTable> & { readonly site: string };

const select = (db: Db, standing: Standing = 'live') =>
  db
    .selectFrom('sdwan_endpoints')
    .innerJoin('sdwan_sites', 'sdwan_sites.site_id', 'sdwan_endpoints.site_id')
    .selectAll('sdwan_endpoints')
    .select('sdwan_sites.name as site')
    .where('sdwan_endpoints.deleted_at', deletedAt[standing], null);

export const endpointRepository = {
  list: (db: Db, siteId?: string, standing: Standing = 'live'): Promise<EndpointRow[]> =>
    select(db, standing)
      .$if(siteId !== undefined, (query) => query.where('sdwan_endpoints.site_id', '=', siteId!))
      .orderBy('sdwan_sites.name')
      .orderBy('slot')
      .execute(),

  listByIds: (db: Db, endpointIds: readonly string[]): Promise<EndpointRow[]> =>
    select(db).where('endpoint_id', 'in', endpointIds).execute(),

  find: (db: Db, endpointId: string): Promise<EndpointRow | undefined> =>
    select(db).where('endpoint_id', '=', endpointId).executeTakeFirst(),

  /** The endpoint that peers reach at this address, if any. */
  findByAddress: (db: Db, address: string): Promise<EndpointRow | undefined> =>
    select(db).where('address', '=', address).where('nat', '=', 0).executeTakeFirst(),

  async insert(db: Db, row: Insertable<EndpointTable>): Promise<void> {
    await db.insertInto('sdwan_endpoints').values(row).execute();
  },

  async update(db: Db, endpointId: string, changes: Updateable<EndpointTable>): Promise<void> {
    await db
      .updateTable('sdwan_endpoints')
      .set({ ...changes, version: sql<number>`version + 1` })
      .where('endpoint_id', '=', endpointId)
      .execute();
  },

  /** Puts it in nobody's way until it is written anew in the same change; its version stays, as nobody sees it like this. */
  async vacate(db: Db, endpointId: string): Promise<void> {
    await db
      .updateTable('sdwan_endpoints')
      .set({ address: null, nat: 1, device: endpointId, port: 0 })
      .where('endpoint_id', '=', endpointId)
      .execute();
  },

  async delete(db: Db, endpointId: string): Promise<void> {
    await db.deleteFrom('sdwan_endpoints').where('endpoint_id', '=', endpointId).execute();
  },

  listLabels: async (db: Db): Promise<string[]> => {
    const rows = await db
      .selectFrom('sdwan_endpoints')
      .select('label')
      .distinct()
      .where('deleted_at', 'is', null)
      .orderBy('label')
      .execute();
    return rows.map((row) => row.label);
  },
};
