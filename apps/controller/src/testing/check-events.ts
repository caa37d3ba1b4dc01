import type { EventType, Severity } from '@patronus/core';
import { eventFaults } from '@patronus/protocol';
import SqliteFile from 'better-sqlite3';

/** Holds every event that a test left behind to the catalogue. */
export function checkStoredEvents(file: string): void {
  const sqlite = new SqliteFile(file, { readonly: true });
  const rows = sqlite
    .prepare<[], StoredEvent>('SELECT DISTINCT event_type, severity, message, metadata FROM events')
    .all();
  sqlite.close();
  const faults = rows.flatMap(({ event_type: eventType, severity, message, metadata }) =>
    eventFaults({ eventType, severity, message, metadata: JSON.parse(metadata) as Record<string, unknown> }),
  );
  if (faults.length > 0) throw new Error(`events are not as the catalogue has them: ${faults.join('; ')}`);
}

interface StoredEvent {
  readonly event_type: EventType;
  readonly severity: Severity;
  readonly message: string;
  readonly metadata: string;
}
