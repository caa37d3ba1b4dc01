import type { Insertable, Selectable } from 'kysely';
import type { Db, DeletedEndpointTable } from '../database/schema.ts';

export type DeletedEndpointRow = Selectable<DeletedEndpointTable> & { readonly site: string };

/** Of sites that are live: what went with a site comes back with it. */
const select = (db: Db) =>
  db
    .selectFrom('deleted_endpoints')
    .innerJoin('sdwan_sites', 'sdwan_sites.site_id', 'deleted_endpoints.site_id')
    .selectAll('deleted_endpoints')
    .select('sdwan_sites.name as site')
    .where('sdwan_sites.deleted_at', 'is', null);

export const deletedEndpointRepository = {
  list: (db: Db, siteId?: string): Promise<DeletedEndpointRow[]> =>
    select(db)
      .$if(siteId !== undefined, (query) => query.where('deleted_endpoints.site_id', '=', siteId!))
      .orderBy('deleted_endpoints.deleted_at', 'desc')
      .execute(),

  find: (db: Db, endpointId: string): Promise<DeletedEndpointRow | undefined> =>
    select(db).where('endpoint_id', '=', endpointId).executeTakeFirst(),

  listDeletedBefore: (db: Db, time: number): Promise<DeletedEndpointRow[]> =>
    select(db).where('deleted_endpoints.deleted_at', '<', time).execute(),

  async insert(db: Db, row: Insertable<DeletedEndpointTable>): Promise<void> {
    await db.insertInto('deleted_endpoints').values(row).execute();
  },

  async delete(db: Db, endpointId: string): Promise<void> {
    await db.deleteFrom('deleted_endpoints').where('endpoint_id', '=', endpointId).execute();
  },
};
