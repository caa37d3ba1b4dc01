import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { EventSinkTable } from '../database/event-tables.ts';
import type { Db } from '../database/schema.ts';

export type EventSinkRow = Selectable<EventSinkTable>;

export const eventSinkRepository = {
  list: (db: Db): Promise<EventSinkRow[]> => db.selectFrom('event_sinks').selectAll().orderBy('name').execute(),

  /** Those that get events, with what they want of them. */
  listEnabled: (db: Db): Promise<Pick<EventSinkRow, 'sink_id' | 'filter'>[]> =>
    db.selectFrom('event_sinks').select(['sink_id', 'filter']).where('enabled', '=', 1).execute(),

  /** By id, or by name whatever its case. */
  find: (db: Db, idOrName: string): Promise<EventSinkRow | undefined> =>
    db
      .selectFrom('event_sinks')
      .selectAll()
      .where((eb) => eb.or([eb('sink_id', '=', idOrName), eb('name', '=', idOrName)]))
      .executeTakeFirst(),

  async insert(db: Db, row: Insertable<EventSinkTable>): Promise<void> {
    await db.insertInto('event_sinks').values(row).execute();
  },

  /** What people set. */
  async update(db: Db, sinkId: string, changes: Updateable<EventSinkTable>): Promise<void> {
    const counted = { ...changes, version: sql<number>`version + 1` };
    await db.updateTable('event_sinks').set(counted).where('sink_id', '=', sinkId).execute();
  },

  /** What comes with its use; its version stays. */
  async note(db: Db, sinkId: string, changes: Updateable<EventSinkTable>): Promise<void> {
    await db.updateTable('event_sinks').set(changes).where('sink_id', '=', sinkId).execute();
  },

  /** What waits for it goes with it. */
  async delete(db: Db, sinkId: string): Promise<void> {
    await db.deleteFrom('event_sinks').where('sink_id', '=', sinkId).execute();
  },
};
