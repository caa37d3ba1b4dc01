import type { Generated, Kysely, Transaction } from 'kysely';
import type {
  ApiKeyTable,
  DataKeyTable,
  DeviceSignInTable,
  IdentityTable,
  PasskeyChallengeTable,
  PasskeyTable,
  PasswordLinkTable,
  RecoveryCodeTable,
  RefreshTokenTable,
  SessionTable,
  SignOnRequestTable,
  SigningKeyTable,
  TotpDeviceTable,
  UserTable,
} from './account-tables.ts';
import type { EventDeliveryTable, EventSinkTable, EventTable } from './event-tables.ts';
import type { AuditAnchorTable, AuditTable, IdempotencyTable } from './log-tables.ts';
import type { QosClassTable, QosLineTable, QosQueueTable } from './qos-tables.ts';
import type { SlaHourTable, SlaPairTable, SlaViolationTable } from './sla-tables.ts';
import type {
  PathCounterTable,
  PolicyCounterTable,
  PolicyStatTable,
  TrafficPendingTable,
  TrafficTable,
  TrafficTotalTable,
} from './traffic-tables.ts';

export * from './account-tables.ts';
export type * from './event-tables.ts';
export type * from './log-tables.ts';

/** 0 or 1, as SQLite keeps truth. */
export type Flag = 0 | 1;
/** Unix milliseconds. */
export type UnixMs = number;

/** The tables as Kysely sees them. Names that start with `sdwan_` are read by outside tools and never lose a column. */
export interface Database {
  sdwan_sites: SiteTable;
  sdwan_endpoints: EndpointTable;
  deleted_endpoints: DeletedEndpointTable;
  sdwan_paths: PathTable;
  path_overrides: PathOverrideTable;
  sdwan_policies: PolicyTable;
  sdwan_policy_stats: PolicyStatTable;
  site_prefixes: SitePrefixTable;
  host_sets: HostSetTable;
  applications: ApplicationTable;
  site_configs: SiteConfigTable;
  allocations: AllocationTable;
  edges: EdgeTable;
  enrolment_keys: EnrolmentKeyTable;
  tunnel_keys: TunnelKeyTable;
  events: EventTable;
  event_sinks: EventSinkTable;
  event_deliveries: EventDeliveryTable;
  decisions: DecisionTable;
  policy_counters: PolicyCounterTable;
  path_counters: PathCounterTable;
  traffic_pending: TrafficPendingTable;
  traffic_totals: TrafficTotalTable;
  traffic_10s: TrafficTable;
  traffic_minute: TrafficTable;
  traffic_hour: TrafficTable;
  path_metrics_raw: RawMetricTable;
  path_metrics_minute: RolledMetricTable;
  path_metrics_hour: RolledMetricTable;
  qos_classes: QosClassTable;
  qos_lines: QosLineTable;
  qos_queues: QosQueueTable;
  sla_pairs: SlaPairTable;
  sla_hours: SlaHourTable;
  sla_violations: SlaViolationTable;
  settings: SettingTable;
  users: UserTable;
  password_links: PasswordLinkTable;
  sessions: SessionTable;
  refresh_tokens: RefreshTokenTable;
  api_keys: ApiKeyTable;
  data_keys: DataKeyTable;
  totp_devices: TotpDeviceTable;
  recovery_codes: RecoveryCodeTable;
  passkeys: PasskeyTable;
  passkey_challenges: PasskeyChallengeTable;
  identities: IdentityTable;
  sign_on_requests: SignOnRequestTable;
  device_sign_ins: DeviceSignInTable;
  signing_keys: SigningKeyTable;
  sdwan_audit_log: AuditTable;
  sdwan_audit_anchors: AuditAnchorTable;
  sdwan_audit_cuts: AuditAnchorTable;
  sdwan_audit_erasures: AuditAnchorTable;
  idempotency_keys: IdempotencyTable;
}

export type Db = Kysely<Database>;
export type DbTransaction = Transaction<Database>;

export interface SiteTable {
  site_id: string;
  name: string;
  location: string;
  site_index: number;
  created_at: UnixMs;
  updated_at: UnixMs;
  /** Grows with every change. */
  version: Generated<number>;
  /** Null while it is live; else it can be restored for a while. So it is with every `deleted_at`. */
  deleted_at: Generated<UnixMs | null>;
  /** JSON: a list of words in small letters. */
  tags: Generated<string>;
  /** IANA name. */
  time_zone: Generated<string>;
  /** Degrees north of the equator, and east of Greenwich; both or neither. */
  latitude: Generated<number | null>;
  longitude: Generated<number | null>;
}

export interface ApplicationTable {
  application_id: string;
  name: string;
  title: string;
  description: string;
  category: string;
  /** JSON: a list of ApplicationSignature. */
  signatures: string;
  dscp: number | null;
  created_at: UnixMs;
  updated_at: UnixMs;
  version: Generated<number>;
}

export interface HostSetTable {
  host_set_id: string;
  name: string;
  description: string;
  /** JSON: a list of prefixes. */
  members: string;
  created_at: UnixMs;
  updated_at: UnixMs;
  version: Generated<number>;
}

export interface SitePrefixTable {
  prefix: string;
  site_id: string;
  position: number;
  deleted_at: Generated<UnixMs | null>;
}

export interface EndpointTable {
  endpoint_id: string;
  site_id: string;
  slot: number;
  label: string;
  device: string;
  address: string | null;
  port: number;
  nat: Flag;
  cost: number;
  profile: string;
  up_bps: number | null;
  down_bps: number | null;
  shaping: Generated<string>;
  policing: Generated<Flag>;
  outer_dscp: Generated<string>;
  created_at: UnixMs;
  updated_at: UnixMs;
  version: Generated<number>;
  deleted_at: Generated<UnixMs | null>;
}

/** What an endpoint was that was deleted alone; `fields` is JSON, as it would be made by. */
export interface DeletedEndpointTable {
  endpoint_id: string;
  site_id: string;
  slot: number;
  fields: string;
  version: number;
  created_at: UnixMs;
  updated_at: UnixMs;
  deleted_at: UnixMs;
}

/** What was last reported of a path; the figures of `latency`, `jitter`, `loss` are of the forward direction. */
export interface PathFigures {
  latency: number | null;
  jitter: number | null;
  loss: number | null;
  rtt: number | null;
  mos: number | null;
  reverse_latency: number | null;
  reverse_jitter: number | null;
  reverse_loss: number | null;
}

/** What was last reported of how the traffic of a path arrives, forward. */
export interface OrderFigures {
  reordering_percent: number | null;
  duplication_percent: number | null;
}

export interface PathTable extends PathFigures, OrderFigures {
  path_id: string;
  source_endpoint_id: string;
  dest_endpoint_id: string;
  bandwidth: number | null;
  health_status: Generated<string>;
  since: UnixMs | null;
  reported_at: UnixMs | null;
  copies: Generated<string | null>;
  /** Where packets of its far end come from; null unless that is behind NAT and has called. */
  remote_address: Generated<string | null>;
  remote_port: Generated<number | null>;
  created_at: UnixMs;
  deleted_at: Generated<UnixMs | null>;
}

/** Somebody wants traffic off this path; null `expires_at` holds until it is released. */
export interface PathOverrideTable {
  path_id: string;
  reason: string;
  set_by: string;
  since: UnixMs;
  expires_at: UnixMs | null;
}

export interface PolicyTable {
  policy_id: Generated<number>;
  class: number;
  priority: number;
  name: string;
  description: string;
  match_conditions: string;
  action: string;
  enabled: Generated<Flag>;
  is_default: Generated<Flag>;
  packets_matched: Generated<number>;
  bytes_matched: Generated<number>;
  /** When it matched its first packet since it was made or reset, and when its counters last moved. */
  traffic_first_seen: Generated<UnixMs | null>;
  traffic_last_updated: Generated<UnixMs | null>;
  created_at: UnixMs;
  updated_at: UnixMs;
  version: Generated<number>;
  deleted_at: Generated<UnixMs | null>;
}

export interface SiteConfigTable {
  site_id: string;
  version: string;
  compiled_at: UnixMs;
  applied_version: string | null;
  applied_at: UnixMs | null;
  apply_ms: number | null;
  rejected_version: string | null;
  rejected_reason: string | null;
}

/** A number handed out: `kind` and `scope` name the range, `owner` who holds it. Released rows stay as a memory. */
export interface AllocationTable {
  kind: string;
  scope: string;
  value: number;
  owner: string;
  allocated_at: UnixMs;
  released_at: UnixMs | null;
}

export interface EdgeTable {
  edge_id: string;
  site_id: string;
  identity_key: string;
  hostname: string;
  enrolment_key_id: string | null;
  enrolled_at: UnixMs;
  revoked_at: UnixMs | null;
  last_seen_at: UnixMs | null;
  program_version: string | null;
  telemetry_sequence: Generated<number>;
  uplinks: Generated<string>;
  clock_skew_ms: number | null;
  drops_copies: Generated<Flag>;
  /** JSON of `UnavailableFeature[]`. */
  unavailable: Generated<string>;
}

export interface EnrolmentKeyTable {
  key_id: string;
  site_id: string;
  secret_hash: string;
  max_uses: number;
  uses: Generated<number>;
  replace_edge: Flag;
  expires_at: UnixMs;
  revoked_at: UnixMs | null;
  created_at: UnixMs;
  /** Grows with every change of what people set. */
  version: Generated<number>;
}

export interface TunnelKeyTable {
  site_id: string;
  tunnel: string;
  public_key: string;
  updated_at: UnixMs;
}

export interface DecisionTable {
  policy_id: number;
  source_site_id: string;
  dest_site_id: string;
  paths: string;
  copy_path_id: Generated<string | null>;
  sla_met: Flag;
  reason: string;
  since: UnixMs;
}

export interface RawMetricTable extends PathFigures, OrderFigures {
  metric_id: Generated<number>;
  path_id: string;
  timestamp: UnixMs;
  health_status: string;
}

/** Sums and counts of the raw rows of one bucket, so that late rows can be added and means taken at any step. */
export interface RolledMetricTable {
  path_id: string;
  bucket: UnixMs;
  samples: number;
  down_samples: number;
  measured: number;
  loss_samples: number;
  latency_sum: number | null;
  latency_max: number | null;
  jitter_sum: number | null;
  loss_sum: number | null;
  rtt_sum: number | null;
  mos_sum: number | null;
  mos_min: number | null;
  reverse_latency_sum: number | null;
  reverse_jitter_sum: number | null;
  reverse_loss_sum: number | null;
}

export interface SettingTable {
  key: string;
  value: string;
}
