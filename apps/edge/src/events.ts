import { randomUUID } from 'node:crypto';
import type { Clock, EventType, NetworkEvent, Severity } from '@patronus/core';

/** Says that something happened; one sentence with names, and the same as data. */
export type EmitEvent = (
  type: EventType,
  severity: Severity,
  message: string,
  metadata?: Readonly<Record<string, unknown>>,
) => void;

/** Turns what the shell has to say into events with an id and the time. */
export const eventEmitter =
  (clock: Clock, take: (event: NetworkEvent) => void): EmitEvent =>
  (eventType, severity, message, metadata = {}) =>
    take({ id: randomUUID(), timestamp: clock.wall(), eventType, severity, message, metadata });
