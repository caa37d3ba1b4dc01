import type { Generated } from 'kysely';
import type { Flag, UnixMs } from './schema.ts';

export interface EventTable {
  seq: Generated<number>;
  event_id: string;
  timestamp: UnixMs;
  event_type: string;
  severity: string;
  message: string;
  metadata: string;
  site_id: string | null;
  site: string | null;
  /** Null until somebody takes note of it. */
  acknowledged_at: Generated<UnixMs | null>;
  acknowledged_by: Generated<string | null>;
}

/** A place outside that gets events; `filter` and `target` are JSON, `secret` is an HMAC key or a password, encrypted. */
export interface EventSinkTable {
  sink_id: string;
  name: string;
  kind: string;
  enabled: Flag;
  filter: string;
  target: string;
  secret: string | null;
  created_at: UnixMs;
  updated_at: UnixMs;
  last_success_at: Generated<UnixMs | null>;
  last_failure_at: Generated<UnixMs | null>;
  last_error: Generated<string | null>;
  /** Grows with every change of what people set. */
  version: Generated<number>;
}

/** An event on its way to a sink, as it is sent; with `dead_at` it was given up. */
export interface EventDeliveryTable {
  delivery_id: Generated<number>;
  sink_id: string;
  event_id: string;
  event: string;
  queued_at: UnixMs;
  attempts: Generated<number>;
  next_attempt_at: UnixMs;
  dead_at: Generated<UnixMs | null>;
  last_error: Generated<string | null>;
}
