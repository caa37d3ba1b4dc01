import { InvalidInputError, PatronusError, type EventType, type Severity } from '@patronus/core';
import { eventTypes, severities } from '@patronus/protocol';
import type { Actor } from '../audit/index.ts';
import type { Change, RecordedEvent, Store } from '../database/store.ts';
import { eventRepository, type EventRow } from '../repositories/event-repository.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { found } from './found.ts';
import { maxPageSize, readCursor, writeCursor, type Page, type PageRequest } from './page.ts';

export interface EventQuery extends PageRequest {
  /** Unix ms, included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly severities?: readonly string[] | undefined;
  /** Only those that somebody took note of, or only those that nobody did. */
  readonly acknowledged?: boolean | undefined;
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

  /** Newest first. Errors: `invalid_input` for a type or severity that does not exist, `not_found` for a site. */
  async list(query: EventQuery = {}): Promise<Page<RecordedEvent>> {
    const limit = Math.min(query.limit ?? defaultPageSize, maxPageSize);
    const { since, until, types, severities: serious, acknowledged, site, cursor } = query;
    checkWords('type', types, eventTypes);
    checkWords('severity', serious, severities);
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const siteId =
      site === undefined ? undefined : found(await siteRepository.find(this.#store.db, site), 'site', site).site_id;
    const filter = { since, until, types, severities: serious, acknowledged, siteId, before, limit: limit + 1 };
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

  /** Events from now on. */
  subscribe(): AsyncIterableIterator<RecordedEvent> {
    return this.#store.events.subscribe();
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

function checkWords(field: string, told: readonly string[] | undefined, known: readonly string[]): void {
  const wrong = told?.find((word) => !known.includes(word));
  if (wrong === undefined) return;
  throw new InvalidInputError([
    { field, problem: `"${wrong}" does not exist`, remedy: `there are: ${known.join(', ')}` },
  ]);
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
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: row.acknowledged_at,
});
