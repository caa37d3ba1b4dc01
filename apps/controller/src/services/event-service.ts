import { PatronusError, severities, type EventType, type Severity } from '@patronus/core';
import { eventTypes } from '@patronus/protocol';
import { Type, type Static } from 'typebox';
import type { Actor } from '../audit/index.ts';
import type { Change, RecordedEvent, Store } from '../database/store.ts';
import { eventRepository, type EventFilter, type EventRow } from '../repositories/event-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { EventStream } from './event-stream.ts';
import { found } from './found.ts';
import { pageFields } from './lists/list-definition.ts';
import { maxPageSize, readCursor, writeCursor, type Page, type PageRequest } from './page.ts';

/** Which events a caller wants to see. */
export interface EventSelection {
  readonly types?: readonly string[] | undefined;
  readonly severities?: readonly string[] | undefined;
  /** By name or id. */
  readonly site?: string | undefined;
}

export interface EventQuery extends PageRequest, EventSelection {
  /** Unix ms, included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Only those that somebody took note of, or only those that nobody did. */
  readonly acknowledged?: boolean | undefined;
  /** Part of the message. */
  readonly search?: string | undefined;
  /** `newest` first where nothing is said. */
  readonly order?: 'newest' | 'oldest' | undefined;
}

const words = { minItems: 1, maxItems: 100 };

/** What a caller may say of the events that they want, in the API's words. */
const eventSelectionFields = {
  type: Type.Array(Type.Enum([...eventTypes]), { ...words, description: 'Types, such as failover,failback' }),
  severity: Type.Array(Type.Enum([...severities]), { ...words, description: 'Severities, such as warning,error' }),
  site: Type.String({ maxLength: 200, description: 'Of this site: id or name' }),
};

export const EventSelectionSchema = Type.Partial(Type.Object(eventSelectionFields), { additionalProperties: false });

/** The same of a page of them. */
const eventListFields = {
  ...pageFields,
  ...eventSelectionFields,
  since: Type.Number({ description: 'Unix ms, included' }),
  until: Type.Number({ description: 'Unix ms, included' }),
  acknowledged: Type.Boolean({ description: 'Only those that somebody took note of, or only those that nobody did' }),
  search: Type.String({ maxLength: 200, description: 'Part of the message' }),
  order: Type.Enum(['newest', 'oldest'], { description: 'Which come first; the newest where nothing is said' }),
};

export const EventListSchema = Type.Partial(Type.Object(eventListFields), { additionalProperties: false });

/** A request in the API's words as a query. */
export const eventQuery = (request: Static<typeof EventListSchema>): EventQuery => {
  const { type: types, severity, ...query } = request;
  return { ...query, types, severities: severity };
};

const defaultPageSize = 100;

/** What happened. */
export class EventService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Newest first, unless the query says otherwise. */
  async list(query: EventQuery = {}): Promise<Page<RecordedEvent>> {
    const limit = Math.min(query.limit ?? defaultPageSize, maxPageSize);
    const { since, until, acknowledged, search, order, cursor } = query;
    const beyond = cursor === undefined ? undefined : positionOf(cursor);
    const selection = await this.#filter(query);
    const filter = { ...selection, since, until, acknowledged, search, order, beyond, limit: limit + 1 };
    const rows = await eventRepository.list(this.#store.db, filter);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : writeCursor(`${last.timestamp}.${last.seq}`);
    return { items: rows.slice(0, limit).map(recorded), nextCursor };
  }

  async get(id: string): Promise<RecordedEvent> {
    return recorded(found(await eventRepository.find(this.#store.db, id), 'event', id));
  }

  /**
   * Takes note of events. Those that somebody took note of before keep that; answers the others. Errors: `not_found` when one
   * of them does not exist, and then none is changed.
   */
  async acknowledge(by: Actor, ids: readonly string[]): Promise<RecordedEvent[]> {
    const wanted = [...new Set(ids)];
    return this.#store.change(async (change) => {
      const rows = await eventRepository.listByIds(change.db, wanted);
      const known = new Set(rows.map((row) => row.event_id));
      const unknown = wanted.filter((id) => !known.has(id));
      if (unknown.length > 0) throw unknownEvents(unknown);
      const open = rows.filter((row) => row.acknowledged_at === null);
      if (open.length > 0) await takeNote(change, by, open);
      return open.map((row) => ({ ...recorded(row), acknowledgedBy: by.name, acknowledgedAt: change.at }));
    });
  }

  /**
   * Events as they are stored: from now on, or those after the event with the id `after` first, none left out and none told
   * twice. A reader that falls too far behind is ended with `exhausted`, which names the event to go on after.
   *
   * Errors: `not_found` for an event or a site that is not there.
   */
  async subscribe(selection: EventSelection = {}, after?: string): Promise<AsyncIterableIterator<RecordedEvent>> {
    const { db, events } = this.#store;
    // Listening begins before anything is read, so that nothing falls between.
    const live = events.subscribe();
    try {
      const filter = await this.#filter(selection);
      const from = after === undefined ? null : found(await eventRepository.find(db, after), 'event', after).seq;
      return new EventStream(live, filter, from === null ? null : (seq) => this.#following(filter, seq), from ?? 0);
    } catch (thrown) {
      await live.return?.();
      throw thrown;
    }
  }

  async #following(filter: Omit<EventFilter, 'limit'>, seq: number): Promise<{ seq: number; event: RecordedEvent }[]> {
    const rows = await eventRepository.listAfter(this.#store.db, { ...filter, limit: defaultPageSize }, seq);
    return rows.map((row) => ({ seq: row.seq, event: recorded(row) }));
  }

  async #filter({ types, severities: severe, site }: EventSelection): Promise<Omit<EventFilter, 'limit'>> {
    const { db } = this.#store;
    const siteId = site === undefined ? undefined : found(await siteRepository.find(db, site), 'site', site).site_id;
    return { types, severities: severe, siteId };
  }
}

async function takeNote(change: Change, by: Actor, rows: readonly EventRow[]): Promise<void> {
  const ids = rows.map((row) => row.event_id);
  await eventRepository.acknowledge(change.db, ids, by.name, change.at);
  const only = rows.length === 1 ? rows[0] : undefined;
  const target = { type: 'event', id: only?.event_id ?? null, name: only?.event_type ?? null } as const;
  await change.audit(by, { action: 'events_acknowledged', target, details: { count: ids.length, ids } });
  const what = only === undefined ? `${ids.length} events` : `"${only.message}"`;
  const message = `${by.name} acknowledged ${what}`;
  await change.event({ eventType: 'events_acknowledged', message, metadata: { by: by.name, count: ids.length, ids } });
}

const unknownEvents = (ids: readonly string[]): PatronusError =>
  new PatronusError(
    'not_found',
    `there is no event ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}; old ones are dropped`,
    { facts: { ids } },
  );

function positionOf(cursor: string): { timestamp: number; seq: number } {
  const [, timestamp, seq] = readCursor(cursor, /^(\d{1,16})\.(\d{1,16})$/);
  return { timestamp: Number(timestamp), seq: Number(seq) };
}

const recorded = (row: EventRow): RecordedEvent => ({
  id: row.event_id,
  timestamp: row.timestamp,
  eventType: row.event_type as EventType,
  severity: row.severity as Severity,
  message: row.message,
  metadata: JSON.parse(row.metadata) as Record<string, unknown>,
  siteId: row.site_id,
  site: row.site,
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: row.acknowledged_at,
});
