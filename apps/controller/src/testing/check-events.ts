import type { EventType, Severity } from '@patronus/core';
import { eventFaults } from '@patronus/protocol';
import type { Db } from '../database/index.ts';

/** Holds every event that a test left behind to the catalogue. */
export async function checkStoredEvents(db: Db): Promise<void> {
  const rows = await db.selectFrom('events').select(['event_type', 'severity', 'message', 'metadata']).execute();
  const faults = rows.flatMap(({ event_type, severity, message, metadata }) =>
    eventFaults({
      eventType: event_type as EventType,
      severity: severity as Severity,
      message,
      metadata: JSON.parse(metadata) as Record<string, unknown>,
    }),
  );
  if (faults.length > 0)
    throw new Error(`events are not as the catalogue has them: ${[...new Set(faults)].join('; ')}`);
}
