import type { Db } from '../database/schema.ts';
import type { RecordedEvent } from '../database/store.ts';
import { eventDeliveryRepository } from '../repositories/event-delivery-repository.ts';
import { eventSinkRepository } from '../repositories/event-sink-repository.ts';
import type { EventFilterInput } from './sink-input.ts';

/** An event as sinks get it, in the API's words. */
export interface SentEvent {
  readonly id: string;
  /** Unix ms. */
  readonly timestamp: number;
  readonly event_type: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly site_id: string | null;
  readonly site: string | null;
}

/** Queues an event for every sink that wants it, in the transaction that stores it. Answers whether any does. */
export async function enqueueEvent(db: Db, event: RecordedEvent, at: number): Promise<boolean> {
  const sinks = await eventSinkRepository.listEnabled(db);
  const wanting = sinks.filter(({ filter }) => isWanted(JSON.parse(filter) as EventFilterInput, event));
  for (const { sink_id } of wanting) {
    await eventDeliveryRepository.insert(db, {
      sink_id,
      event_id: event.id,
      event: JSON.stringify(sentEvent(event)),
      queued_at: at,
      next_attempt_at: at,
    });
  }
  return wanting.length > 0;
}

/** Every condition that is present must hold; within one, any of its values. Sites are ids here. */
export function isWanted({ types, severities, sites }: EventFilterInput, event: RecordedEvent): boolean {
  const holds = (words: readonly string[] | undefined, word: string | null): boolean =>
    words === undefined || words.length === 0 || (word !== null && words.includes(word));
  return holds(types, event.eventType) && holds(severities, event.severity) && holds(sites, event.siteId);
}

export const sentEvent = (event: RecordedEvent): SentEvent => ({
  id: event.id,
  timestamp: event.timestamp,
  event_type: event.eventType,
  severity: event.severity,
  message: event.message,
  metadata: event.metadata,
  site_id: event.siteId,
  site: event.site,
});
