import type { NetworkEvent } from '@patronus/core';
import type { TelemetryBatch } from '@patronus/protocol';

/**
 * Below this the edge's own clock, kept by NTP, is taken to be better than a reading over a line whose two directions may
 * differ. Larger, and events of two sites change their order; smaller, and good times are made worse.
 */
const believedMs = 250;

/** How much to add to this edge's times so that they are the controller's; 0 when the difference may be no more than the reading's own. */
export const usableOffset = (offsetMs: number, uncertaintyMs: number): number =>
  Math.abs(offsetMs) > believedMs + uncertaintyMs ? offsetMs : 0;

/** The batch with every time moved. */
export function shiftBatch(batch: TelemetryBatch, offsetMs: number): TelemetryBatch {
  if (offsetMs === 0) return batch;
  return {
    ...batch,
    from: batch.from + offsetMs,
    to: batch.to + offsetMs,
    paths: batch.paths.map((report) => ({ ...report, since: report.since + offsetMs })),
    events: batch.events.map((event) => shiftEvent(event, offsetMs)),
  };
}

/** Metadata that are times are named for it: `decided_at`, `first_missed_at`, `kernel_at`. */
function shiftEvent(event: NetworkEvent, offsetMs: number): NetworkEvent {
  const metadata: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event.metadata)) {
    metadata[name] = name.endsWith('_at') && typeof value === 'number' ? value + offsetMs : value;
  }
  return { ...event, timestamp: event.timestamp + offsetMs, metadata };
}
