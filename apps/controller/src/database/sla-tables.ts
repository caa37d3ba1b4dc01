import type { Generated } from 'kysely';

/** A path and a policy whose SLA it is held to. Times are unix ms, durations ms. */
export interface SlaPairTable {
  pair_id: Generated<number>;
  path_id: string;
  policy_id: number;
  policy: string;
  source_site: string;
  source_label: string;
  dest_site: string;
  dest_label: string;
  first_at: number;
  /** The newest report that was counted. */
  last_at: number;
  /** In and out of bounds since the first report. */
  in_ms: Generated<number>;
  out_ms: Generated<number>;
}

/** What of one hour of UTC a pair was in and out of bounds. */
export interface SlaHourTable {
  pair_id: number;
  hour: number;
  in_ms: number;
  out_ms: number;
  /** Of the time out of bounds, that in which the path was down. */
  down_ms: number;
  /** That in which the policy's traffic took the path, in or out of bounds. */
  used_ms: number;
}

export interface SlaViolationTable {
  violation_id: Generated<number>;
  pair_id: number;
  started_at: number;
  last_out_at: number;
  ended_at: number | null;
  figure: string;
  value: number | null;
  bound: number | null;
  worst: number | null;
  out_ms: number;
}
