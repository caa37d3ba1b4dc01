import { randomUUID } from 'node:crypto';
import type { Clock, EventType, NetworkEvent } from '@patronus/core';
import type { EventMetadata, EventSeverity } from '@patronus/protocol';

/** Says that something happened; one sentence with names, and the same as data. */
export type EmitEvent = <T extends EventType>(
  type: T,
  severity: EventSeverity<T>,
  message: string,
  metadata: EventMetadata<T>,
) => void;

/** Turns what the shell has to say into events with an id and the time. */
export const eventEmitter =
  (clock: Clock, take: (event: NetworkEvent) => void): EmitEvent =>
  (eventType, severity, message, metadata) => {
    const facts = metadata as NetworkEvent['metadata'];
    take({ id: randomUUID(), timestamp: clock.wall(), eventType, severity, message, metadata: facts });
  };
