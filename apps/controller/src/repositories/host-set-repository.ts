import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Db, HostSetTable } from '../database/schema.ts';

export type HostSetRow = Selectable<HostSetTable>;

export const hostSetRepository = {
  list: (db: Db): Promise<HostSetRow[]> => db.selectFrom('host_sets').selectAll().orderBy('name').execute(),

  /** By id, or by name whatever its case. */
  find: (db: Db, idOrName: string): Promise<HostSetRow | undefined> =>
    db
      .selectFrom('host_sets')
      .selectAll()
      .where((eb) => eb.or([eb('host_set_id', '=', idOrName), eb('name', '=', idOrName)]))
      .executeTakeFirst(),

  async insert(db: Db, row: Insertable<HostSetTable>): Promise<void> {
    await db.insertInto('host_sets').values(row).execute();
  },

  async update(db: Db, hostSetId: string, changes: Updateable<HostSetTable>): Promise<void> {
    await db
      .updateTable('host_sets')
      .set({ ...changes, version: sql<number>`version + 1` })
      .where('host_set_id', '=', hostSetId)
      .execute();
  },

  async delete(db: Db, hostSetId: string): Promise<void> {
    await db.deleteFrom('host_sets').where('host_set_id', '=', hostSetId).execute();
  },
};
