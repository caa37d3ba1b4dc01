import type { EventType, Severity } from '@patronus/core';
import type { RecordedEvent, Store } from '../database/store.ts';
import { eventRepository, type EventRow } from '../repositories/event-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { found } from './found.ts';
import { maxPageSize, readCursor, writeCursor, type Page, type PageRequest } from './page.ts';

export interface EventQuery extends PageRequest {
  /** Unix ms, included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly types?: readonly string[] | undefined;
  /** By name or id. */
  readonly site?: string | undefined;
}

const defaultPageSize = 100;

/** What happened. */
export class EventService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Newest first. */
  async list(query: EventQuery = {}): Promise<Page<RecordedEvent>> {
    const limit = Math.min(query.limit ?? defaultPageSize, maxPageSize);
    const { since, until, types, site, cursor } = query;
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const siteId =
      site === undefined ? undefined : found(await siteRepository.find(this.#store.db, site), 'site', site).site_id;
    const filter = { since, until, types, siteId, before, limit: limit + 1 };
    const rows = await eventRepository.list(this.#store.db, filter);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const nextCursor = last === undefined ? null : writeCursor(`${last.timestamp}.${last.seq}`);
    return { items: rows.slice(0, limit).map(recorded), nextCursor };
  }

  async get(id: string): Promise<RecordedEvent> {
    return recorded(found(await eventRepository.find(this.#store.db, id), 'event', id));
  }

  /** Events from now on. */
  subscribe(): AsyncIterableIterator<RecordedEvent> {
    return this.#store.events.subscribe();
  }
}

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
});
