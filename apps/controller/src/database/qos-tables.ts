import type { Generated } from 'kysely';

export interface QosClassTable {
  number: number;
  name: string;
  guarantee_percent: number;
  ceiling_percent: number;
  priority: number;
  /** A JSON list of code points. */
  trust_dscp: string;
  set_dscp: number | null;
  is_default: Generated<0 | 1>;
  /** Unix ms. */
  created_at: number;
  updated_at: number;
  version: Generated<number>;
}

/** What an edge last said of one of its uplinks. */
export interface QosLineTable {
  endpoint_id: string;
  rate_bps: number | null;
  queue: string | null;
  problem: string | null;
  reported_at: number;
}

/** One class on one uplink. `seen_` is what its edge last said, the others what came since the class was made. */
export interface QosQueueTable {
  endpoint_id: string;
  number: number;
  epoch: string;
  seen_packets: number;
  seen_bytes: number;
  seen_drops: number;
  packets: number;
  bytes: number;
  drops: number;
  backlog_bytes: number;
  delay_ms: number;
}
