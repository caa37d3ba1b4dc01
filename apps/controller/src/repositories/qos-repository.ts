import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { QosClassTable, QosLineTable, QosQueueTable } from '../database/qos-tables.ts';
import type { Db } from '../database/schema.ts';

export type QosClassRow = Selectable<QosClassTable>;

/** One class on one uplink. */
export type QosQueueRow = Pick<QosQueueTable, 'endpoint_id' | 'number' | 'backlog_bytes' | 'delay_ms'> &
  Record<QueueCount, string>;

export const qosRepository = {
  /** In order of their numbers. */
  list: (db: Db): Promise<QosClassRow[]> => db.selectFrom('qos_classes').selectAll().orderBy('number').execute(),

  find: (db: Db, name: string): Promise<QosClassRow | undefined> =>
    db.selectFrom('qos_classes').selectAll().where('name', '=', name).executeTakeFirst(),

  async insert(db: Db, row: Insertable<QosClassTable>): Promise<void> {
    await db.insertInto('qos_classes').values(row).execute();
  },

  async update(db: Db, number: number, changes: Updateable<QosClassTable>): Promise<void> {
    await db
      .updateTable('qos_classes')
      .set({ ...changes, version: sql<number>`version + 1` })
      .where('number', '=', number)
      .execute();
  },

  /** What was counted of it goes with it. */
  async delete(db: Db, number: number): Promise<void> {
    await db.deleteFrom('qos_classes').where('number', '=', number).execute();
  },

  listLines: (db: Db): Promise<Selectable<QosLineTable>[]> => db.selectFrom('qos_lines').selectAll().execute(),

  /** Counters as text, since they may exceed 2^53. */
  async listQueues(db: Db): Promise<QosQueueRow[]> {
    const counts = sql.join(queueCounts.map((column) => sql`cast(${sql.ref(column)} as text) AS ${sql.ref(column)}`));
    const { rows } = await sql<QosQueueRow>`
      SELECT endpoint_id, number, backlog_bytes, delay_ms, ${counts} FROM qos_queues`.execute(db);
    return rows;
  },

  async saveLine(db: Db, row: QosLineTable): Promise<void> {
    const { endpoint_id: _id, ...changes } = row;
    await db
      .insertInto('qos_lines')
      .values(row)
      .onConflict((conflict) => conflict.column('endpoint_id').doUpdateSet(changes))
      .execute();
  },

  /** Adds what came since the same queue was last told; all of it where it was made anew meanwhile. */
  async countQueue(db: Db, row: Omit<QosQueueTable, QueueCount>): Promise<void> {
    const since = (column: QueueCount) => {
      const [seen, now] = [sql.ref(`qos_queues.seen_${column}`), sql.ref(`excluded.seen_${column}`)];
      const total = sql.ref(`qos_queues.${column}`);
      return sql<number>`${total} + CASE WHEN qos_queues.epoch = excluded.epoch AND ${now} >= ${seen}
        THEN ${now} - ${seen} ELSE ${now} END`;
    };
    await db
      .insertInto('qos_queues')
      .values({ ...row, packets: row.seen_packets, bytes: row.seen_bytes, drops: row.seen_drops })
      .onConflict((conflict) =>
        conflict.columns(['endpoint_id', 'number']).doUpdateSet((eb) => ({
          packets: since('packets'),
          bytes: since('bytes'),
          drops: since('drops'),
          epoch: eb.ref('excluded.epoch'),
          seen_packets: eb.ref('excluded.seen_packets'),
          seen_bytes: eb.ref('excluded.seen_bytes'),
          seen_drops: eb.ref('excluded.seen_drops'),
          backlog_bytes: eb.ref('excluded.backlog_bytes'),
          delay_ms: eb.ref('excluded.delay_ms'),
        })),
      )
      .execute();
  },
};

const queueCounts = ['packets', 'bytes', 'drops'] as const;
type QueueCount = (typeof queueCounts)[number];
