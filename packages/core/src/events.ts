export const severities = ['info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

export type EventType =
  | 'site_online'
  | 'site_offline'
  | 'site_enrolled'
  | 'config_applied'
  | 'config_rejected'
  | 'config_rolled_back'
  | 'path_up'
  | 'path_degraded'
  | 'path_down'
  | 'path_override_set'
  | 'path_override_cleared'
  | 'failover'
  | 'failback'
  | 'better_path'
  | 'policy_unserved'
  | 'uplink_up'
  | 'uplink_down'
  | 'flow_logged'
  | 'clock_skew'
  | 'telemetry_dropped'
  | 'edge_started'
  | 'edge_error'
  | 'object_created'
  | 'object_updated'
  | 'object_deleted'
  | 'object_restored'
  | 'object_purged'
  | 'sign_in'
  | 'sign_in_failed'
  | 'events_acknowledged';

/** Something an operator may want to know of, as the edge or the controller saw it. */
export interface NetworkEvent {
  /** UUID, given where the event happened, so that one delivered twice is stored once. */
  readonly id: string;
  /** Unix ms. */
  readonly timestamp: number;
  readonly eventType: EventType;
  readonly severity: Severity;
  /** One sentence with names, not ids. */
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}
