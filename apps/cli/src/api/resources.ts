/** The objects of REST `/api/v1` as they travel, with the fields that this program reads. Times are unix ms. */

import type { PathHealth } from '@patronus/core';
import type { PolicyFinding } from './policy-resources.ts';
import type { Time } from './time.ts';

export interface Endpoint {
  readonly id: string;
  readonly site_id: string;
  readonly site: string;
  readonly label: string;
  readonly device: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly nat: boolean;
  readonly nat_type: 'none' | 'endpoint_independent' | 'address_dependent' | 'translated' | 'unknown';
  readonly public_address: string | null;
  readonly cost: number;
  readonly profile: string;
  readonly up_bps: number | null;
  readonly down_bps: number | null;
  readonly shaping: 'off' | 'fixed' | 'auto';
  readonly policing: boolean;
  readonly outer_dscp: 'none' | 'copy';
  readonly slot: number;
  readonly version: number;
}

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly prefixes: readonly string[];
  readonly tags: readonly string[];
  readonly time_zone: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly status: 'new' | 'online' | 'offline';
  readonly config: {
    readonly status: 'pending' | 'applied' | 'rejected' | 'offline';
    readonly reason: string | null;
    readonly version: string | null;
    readonly applied_version: string | null;
    readonly applied_at: Time | null;
  };
  readonly endpoints: readonly Endpoint[];
  readonly version: number;
  readonly deleted_at: Time | null;
  readonly purge_at: Time | null;
}

export interface SiteDependencies {
  readonly site: string;
  readonly endpoints: number;
  readonly paths: number;
  readonly enrolment_keys: number;
  readonly edges: number;
  readonly policies: readonly { readonly id: number; readonly name: string }[];
}

/** What became of something that was deleted. */
export interface Deletion {
  readonly message: string;
  readonly purge_at: Time | null;
}

export interface Path {
  readonly id: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly source_label: string;
  readonly dest_label: string;
  readonly latency: number | null;
  readonly jitter: number | null;
  readonly loss: number | null;
  readonly rtt: number | null;
  readonly mos: number | null;
  readonly reverse_latency: number | null;
  readonly reverse_jitter: number | null;
  readonly reverse_loss: number | null;
  readonly reordering_percent: number | null;
  readonly duplication_percent: number | null;
  readonly copies: {
    readonly sent: number;
    readonly single: number;
    readonly first: number;
    readonly dropped: number;
    readonly late: number;
  } | null;
  readonly bandwidth: number | null;
  readonly health_status: PathHealth;
  readonly failed_direction: 'forward' | 'reverse' | 'both' | null;
  readonly since: Time | null;
  readonly reported_at: Time | null;
  readonly stale: boolean;
  readonly override: {
    readonly reason: string;
    readonly by: string;
    readonly since: Time;
    readonly expires_at: Time | null;
  } | null;
}

export interface PathCheck {
  readonly source_site: string;
  readonly dest_site: string;
  readonly source_label: string;
  readonly dest_label: string;
  readonly health_status: PathHealth;
  readonly cause: string | null;
  readonly sent: number;
  readonly answered: number;
  readonly loss: number;
  readonly rtt_min: number | null;
  readonly rtt_median: number | null;
  readonly probes: readonly { readonly answered: boolean; readonly rtt: number | null }[];
}

export interface PathFailover {
  readonly message: string;
  readonly path: Path;
}

export interface PathRelease {
  readonly message: string;
}

export interface ApplicationPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly from: number;
  readonly to: number;
}

export interface ApplicationSignature {
  readonly domains?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly ports?: readonly ApplicationPort[];
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly signatures: readonly ApplicationSignature[];
  readonly dscp: number | null;
  readonly custom: boolean;
}

export type * from './account-resources.ts';
export type * from './policy-resources.ts';

/** A class of service. */
export interface QosClass {
  readonly name: string;
  readonly guarantee_percent: number;
  readonly ceiling_percent: number;
  readonly priority: number;
  readonly trust_dscp: readonly number[];
  readonly set_dscp: number | null;
  readonly is_default: boolean;
  readonly version: number;
}

interface SlaNames {
  readonly path_id: string;
  readonly policy_id: number;
  readonly policy: string;
  readonly source_site: string;
  readonly source_label: string;
  readonly dest_site: string;
  readonly dest_label: string;
}

/** How one path kept to the SLA of one policy over a time; durations are ms. */
export interface SlaRow extends SlaNames {
  readonly from: number;
  readonly to: number;
  readonly in_ms: number;
  readonly out_ms: number;
  readonly down_ms: number;
  readonly unknown_ms: number;
  readonly used_ms: number;
  readonly availability_percent: number | null;
  readonly violations: number;
}

export interface SlaViolation extends SlaNames {
  readonly id: number;
  readonly figure: string;
  readonly value: number | null;
  readonly bound: number | null;
  readonly worst: number | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly out_ms: number;
}

/** The queues of one uplink. */
export interface QosLine {
  readonly site: string;
  readonly label: string;
  readonly rate_bps: number | null;
  readonly queue: string | null;
  readonly problem: string | null;
  readonly classes: readonly {
    readonly class: string;
    readonly packets: number;
    readonly bytes: number;
    readonly drops: number;
    readonly backlog_bytes: number;
    readonly delay_ms: number;
  }[];
}

export interface Flow {
  readonly site: string;
  readonly dest_site: string | null;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly source_port: number | null;
  readonly destination_port: number | null;
  readonly application: string | null;
  readonly server_name: string | null;
  readonly policy: string | null;
  readonly source_label: string | null;
  readonly dest_label: string | null;
  readonly bytes_sent: number | null;
  readonly bytes_received: number | null;
}

export interface NetworkEvent {
  readonly id: string;
  readonly timestamp: Time;
  readonly event_type: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly metadata: unknown;
  readonly site: string | null;
  readonly acknowledged_by: string | null;
  readonly acknowledged_at: Time | null;
}

export interface EnrolmentKey {
  readonly id: string;
  readonly site: string;
  readonly max_uses: number;
  readonly uses: number;
  readonly expires_at: Time | null;
  readonly revoked: boolean;
  /** Only in the answer that creates it. */
  readonly key?: string;
  readonly edge_url?: string;
}

export interface TransportLink {
  readonly a: string;
  readonly b: string;
}

export interface AuditEntry {
  readonly sequence: number;
  readonly time: Time;
  readonly actor_type: string;
  readonly actor: string;
  readonly address: string | null;
  readonly action: string;
  readonly target_type: string;
  readonly target: string | null;
  readonly result: 'success' | 'refused' | 'failed';
  readonly details: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export interface AuditVerification {
  readonly valid: boolean;
  readonly removed: number;
  readonly rows: number;
  readonly anchors: number;
  readonly erased: number;
  readonly last: { readonly sequence: number; readonly hash: string };
  readonly fault: { readonly sequence: number; readonly message: string } | null;
}

/** A document of `apply` and `export`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What `apply` did, or would do. */
export interface Applied {
  readonly dry_run: boolean;
  readonly warnings: readonly PolicyFinding[];
  readonly objects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted';
    readonly before: Manifest | null;
    readonly after: Manifest | null;
  }[];
}

/** Counters are text beyond 2^53. Which of them there are depends on what they are of. */
interface TrafficCounts {
  readonly packets_matched?: number | string;
  readonly bytes_matched?: number | string;
  readonly bytes_sent?: number | string;
  readonly bytes_received?: number | string;
}

/** `id` and `name` are absent in a sum. */
export interface TrafficTotal extends TrafficCounts {
  readonly id?: number | string;
  readonly name?: string;
  /** Of policies and applications; null where no edge tells. */
  readonly active_flows?: number | null;
  readonly first_seen: Time | null;
  readonly last_updated: Time | null;
}

/** What came in one step. */
export interface TrafficPoint extends TrafficCounts {
  readonly id?: number | string;
  readonly name?: string;
  readonly timestamp: Time;
}

export interface CacheFigures {
  readonly name: string;
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
}
