import type { Generated } from 'kysely';

export interface PolicyStatTable {
  stat_id: Generated<number>;
  policy_id: number;
  timestamp: number;
  packets_matched: number;
  bytes_matched: number;
  active_flows: number | null;
}

/** What an edge last said of a policy's counters, so that only the difference is added to the policy. */
export interface PolicyCounterTable {
  edge_id: string;
  policy_id: number;
  epoch: string;
  packets: number;
  bytes: number;
}

/** What an edge last said of a path's tunnel, octets. */
export interface PathCounterTable {
  edge_id: string;
  path_id: string;
  bytes_sent: number;
  bytes_received: number;
}

/** What policies matched, and what went out and came in by tunnels. */
export interface TrafficCounts {
  packets_matched: number;
  bytes_matched: number;
  bytes_sent: number;
  bytes_received: number;
}

/** `kind` is policy, site, endpoint or path. */
export interface TrafficPendingTable extends TrafficCounts {
  kind: string;
  object_id: string;
}

export interface TrafficTotalTable extends TrafficPendingTable {
  /** Unix ms. */
  first_seen: number;
  last_updated: number;
}

/** What came within one bucket. */
export interface TrafficTable extends TrafficPendingTable {
  /** Unix ms at which it begins. */
  bucket: number;
}
