import type { UnixMs } from './schema.ts';

/** Append-only. `details` is JSON; hashes are SHA-256 in hex, see `audit/audit-row.ts`. */
export interface AuditTable {
  sequence: number;
  time: UnixMs;
  actor_type: string;
  actor_id: string | null;
  actor: string;
  address: string | null;
  action: string;
  target_type: string;
  target_id: string | null;
  target: string | null;
  result: string;
  details: string;
  /** Random; null in rows of earlier versions, and in those of which something was erased. */
  salt: string | null;
  previous_hash: string;
  hash: string;
}

/**
 * Append-only: the hash of one audit row, signed. As a cut: that all rows up to this one were removed. As an erasure, which can
 * be replaced by another: the hash of what is left of a row.
 */
export interface AuditAnchorTable {
  sequence: number;
  time: UnixMs;
  hash: string;
  /** Fingerprint of the certificate whose key signed. */
  key_id: string;
  signature: string;
}

/** What a caller made under an idempotency key; keys are stored as hashes. */
export interface IdempotencyTable {
  caller: string;
  key_hash: string;
  request_hash: string;
  /** Null only within the transaction that makes the object. */
  object_id: string | null;
  created_at: UnixMs;
}
