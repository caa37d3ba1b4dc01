import type { Insertable, Selectable, Updateable } from 'kysely';
import type { EventDeliveryTable } from '../database/event-tables.ts';
import type { Db } from '../database/schema.ts';

export type EventDeliveryRow = Selectable<EventDeliveryTable>;

/** What waits for a sink, and what was given up. */
export interface DeliveryCounts {
  readonly queued: number;
  readonly dead: number;
}

export const eventDeliveryRepository = {
  async insert(db: Db, row: Insertable<EventDeliveryTable>): Promise<void> {
    await db.insertInto('event_deliveries').values(row).execute();
  },

  /** Enabled sinks whose first waiting delivery may be tried at this time. */
  async listDue(db: Db, at: number): Promise<string[]> {
    const rows = await db
      .selectFrom('event_deliveries as delivery')
      .innerJoin('event_sinks as sink', 'sink.sink_id', 'delivery.sink_id')
      .select('delivery.sink_id')
      .where('sink.enabled', '=', 1)
      .where('delivery.next_attempt_at', '<=', at)
      .where('delivery.delivery_id', '=', (eb) =>
        eb
          .selectFrom('event_deliveries as first')
          .select((inner) => inner.fn.min('first.delivery_id').as('delivery_id'))
          .whereRef('first.sink_id', '=', 'sink.sink_id')
          .where('first.dead_at', 'is', null),
      )
      .execute();
    return rows.map((row) => row.sink_id);
  },

  /** The first deliveries that wait, in their order. */
  listWaiting: (db: Db, sinkId: string, limit: number): Promise<EventDeliveryRow[]> =>
    db
      .selectFrom('event_deliveries')
      .selectAll()
      .where('sink_id', '=', sinkId)
      .where('dead_at', 'is', null)
      .orderBy('delivery_id')
      .limit(limit)
      .execute(),

  /** Those that were given up, the latest event last. */
  listDead: (db: Db, sinkId: string, after: number, limit: number): Promise<EventDeliveryRow[]> =>
    db
      .selectFrom('event_deliveries')
      .selectAll()
      .where('sink_id', '=', sinkId)
      .where('dead_at', 'is not', null)
      .where('delivery_id', '>', after)
      .orderBy('delivery_id')
      .limit(limit)
      .execute(),

  async delete(db: Db, deliveryIds: readonly number[]): Promise<void> {
    await db
      .deleteFrom('event_deliveries')
      .where('delivery_id', 'in', [...deliveryIds])
      .execute();
  },

  async update(db: Db, deliveryId: number, changes: Updateable<EventDeliveryTable>): Promise<void> {
    await db.updateTable('event_deliveries').set(changes).where('delivery_id', '=', deliveryId).execute();
  },

  /** Puts deliveries that were given up back into the queue; all of the sink where none are named. Answers how many. */
  async revive(db: Db, sinkId: string, deliveryIds: readonly number[] | undefined, at: number): Promise<number> {
    let query = db
      .updateTable('event_deliveries')
      .set({ dead_at: null, attempts: 0, queued_at: at, next_attempt_at: at })
      .where('sink_id', '=', sinkId)
      .where('dead_at', 'is not', null);
    if (deliveryIds !== undefined) query = query.where('delivery_id', 'in', [...deliveryIds]);
    return Number((await query.executeTakeFirst()).numUpdatedRows);
  },

  /** Lets what waits for a sink be tried at once. */
  async hasten(db: Db, sinkId: string, at: number): Promise<void> {
    await db
      .updateTable('event_deliveries')
      .set({ next_attempt_at: at })
      .where('sink_id', '=', sinkId)
      .where('dead_at', 'is', null)
      .where('next_attempt_at', '>', at)
      .execute();
  },

  async count(db: Db, sinkId: string): Promise<DeliveryCounts> {
    const row = await db
      .selectFrom('event_deliveries')
      .select((eb) => [eb.fn.countAll().as('all'), eb.fn.count('dead_at').as('dead')])
      .where('sink_id', '=', sinkId)
      .executeTakeFirstOrThrow();
    return { queued: Number(row.all) - Number(row.dead), dead: Number(row.dead) };
  },

  async pruneDead(db: Db, before: number): Promise<void> {
    await db.deleteFrom('event_deliveries').where('dead_at', '<', before).execute();
  },
};
