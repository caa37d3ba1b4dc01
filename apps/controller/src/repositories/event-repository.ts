import { sql, type Selectable } from 'kysely';
import type { Db, EventTable } from '../database/schema.ts';
import { containsFolded } from '../database/portable-sql.ts';
import type { RecordedEvent } from '../database/store.ts';

export type EventRow = Selectable<EventTable>;

export interface EventFilter {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly severities?: readonly string[] | undefined;
  /** Only those that somebody took note of, or only those that nobody did. */
  readonly acknowledged?: boolean | undefined;
  readonly siteId?: string | undefined;
  /** Part of the message. */
  readonly search?: string | undefined;
  readonly order?: 'newest' | 'oldest' | undefined;
  /** Only what comes after this event in that order. */
  readonly beyond?: { readonly timestamp: number; readonly seq: number } | undefined;
  readonly limit: number;
}

const select = (db: Db, filter: EventFilter) => {
  let query = db.selectFrom('events').selectAll();
  if (filter.since !== undefined) query = query.where('timestamp', '>=', filter.since);
  if (filter.until !== undefined) query = query.where('timestamp', '<=', filter.until);
  if (filter.types !== undefined) query = query.where('event_type', 'in', [...filter.types]);
  if (filter.severities !== undefined) query = query.where('severity', 'in', [...filter.severities]);
  if (filter.acknowledged !== undefined) {
    query = query.where('acknowledged_at', filter.acknowledged ? 'is not' : 'is', null);
  }
  if (filter.siteId !== undefined) query = query.where('site_id', '=', filter.siteId);
  if ((filter.search ?? '') !== '') query = query.where(containsFolded('message', filter.search!));
  return query.limit(filter.limit);
};

export const eventRepository = {
  /** Newest first, unless the filter says otherwise. */
  list: (db: Db, filter: EventFilter): Promise<EventRow[]> => {
    const { order = 'newest', beyond } = filter;
    const [direction, sign] = order === 'newest' ? (['desc', sql`<`] as const) : (['asc', sql`>`] as const);
    return select(db, filter)
      .$if(beyond !== undefined, (query) =>
        query.where(sql<boolean>`(timestamp, seq) ${sign} (${beyond!.timestamp}, ${beyond!.seq})`),
      )
      .orderBy('timestamp', direction)
      .orderBy('seq', direction)
      .execute();
  },

  /** Those that were stored after the one with this number, in the order in which they were. */
  listAfter: (db: Db, filter: EventFilter, seq: number): Promise<EventRow[]> =>
    select(db, filter).where('seq', '>', seq).orderBy('seq').execute(),

  find: (db: Db, eventId: string): Promise<EventRow | undefined> =>
    db.selectFrom('events').selectAll().where('event_id', '=', eventId).executeTakeFirst(),

  /** Stores an event once, and says whether it was new. */
  async insert(db: Db, event: RecordedEvent): Promise<boolean> {
    const result = await db
      .insertInto('events')
      .values({
        event_id: event.id,
        timestamp: event.timestamp,
        event_type: event.eventType,
        severity: event.severity,
        message: event.message,
        metadata: JSON.stringify(event.metadata),
        site_id: event.siteId,
        site: event.site,
      })
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  },

  listByIds: (db: Db, eventIds: readonly string[]): Promise<EventRow[]> =>
    db
      .selectFrom('events')
      .selectAll()
      .where('event_id', 'in', [...eventIds])
      .execute(),

  async acknowledge(db: Db, eventIds: readonly string[], by: string, at: number): Promise<void> {
    await db
      .updateTable('events')
      .set({ acknowledged_at: at, acknowledged_by: by })
      .where('event_id', 'in', [...eventIds])
      .execute();
  },

  async prune(db: Db, before: number): Promise<void> {
    await db.deleteFrom('events').where('timestamp', '<', before).execute();
  },
};
