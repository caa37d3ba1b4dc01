import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Db, ApplicationTable } from '../database/schema.ts';

export type ApplicationRow = Selectable<ApplicationTable>;

export const applicationRepository = {
  list: (db: Db): Promise<ApplicationRow[]> => db.selectFrom('applications').selectAll().orderBy('name').execute(),

  /** By id, or by name whatever its case. */
  find: (db: Db, idOrName: string): Promise<ApplicationRow | undefined> =>
    db
      .selectFrom('applications')
      .selectAll()
      .where((eb) => eb.or([eb('application_id', '=', idOrName), eb('name', '=', idOrName)]))
      .executeTakeFirst(),

  async insert(db: Db, row: Insertable<ApplicationTable>): Promise<void> {
    await db.insertInto('applications').values(row).execute();
  },

  async update(db: Db, applicationId: string, changes: Updateable<ApplicationTable>): Promise<void> {
    await db
      .updateTable('applications')
      .set({ ...changes, version: sql<number>`version + 1` })
      .where('application_id', '=', applicationId)
      .execute();
  },

  async delete(db: Db, applicationId: string): Promise<void> {
    await db.deleteFrom('applications').where('application_id', '=', applicationId).execute();
  },
};
