import type { Selectable, Updateable } from 'kysely';
import type { Db, SiteConfigTable } from '../database/schema.ts';

export type SiteConfigRow = Selectable<SiteConfigTable>;

export const configRepository = {
  list: (db: Db): Promise<SiteConfigRow[]> => db.selectFrom('site_configs').selectAll().execute(),

  find: (db: Db, siteId: string): Promise<SiteConfigRow | undefined> =>
    db.selectFrom('site_configs').selectAll().where('site_id', '=', siteId).executeTakeFirst(),

  async saveVersion(db: Db, siteId: string, version: string, at: number): Promise<void> {
    await db
      .insertInto('site_configs')
      .values({ site_id: siteId, version, compiled_at: at })
      .onConflict((conflict) => conflict.column('site_id').doUpdateSet({ version, compiled_at: at }))
      .execute();
  },

  async update(db: Db, siteId: string, changes: Updateable<SiteConfigTable>): Promise<void> {
    await db.updateTable('site_configs').set(changes).where('site_id', '=', siteId).execute();
  },
};
