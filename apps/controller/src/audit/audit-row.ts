import { randomBytes } from 'node:crypto';
import { canonicalJson, contentHash } from '@patronus/core';
import type { AuditRow } from '../repositories/audit-repository.ts';
import type { Actor } from './actor.ts';
import type { AuditEntry } from './audit-entry.ts';

/** Number and hash of a row. */
export interface RowMark {
  readonly sequence: number;
  readonly hash: string;
}

/** What stands before the first row. */
export const noRow: RowMark = { sequence: 0, hash: '0'.repeat(64) };

/** Rows are never deleted, so that one change with thousands of prefixes must not weigh a megabyte for ever. */
const maxDetailsLength = 16_384;

/** The row that follows another one, complete with its hashes. */
export function nextRow(before: RowMark, at: number, by: Actor, entry: AuditEntry): AuditRow {
  const row = {
    sequence: before.sequence + 1,
    time: at,
    actor_type: by.type,
    actor_id: by.id,
    actor: by.name,
    address: by.address,
    action: entry.action,
    target_type: entry.target.type,
    target_id: entry.target.id,
    target: entry.target.name,
    result: entry.result ?? 'success',
    details: detailsText(entry.details ?? {}),
    salt: randomBytes(16).toString('base64url'),
    previous_hash: before.hash,
  };
  return { ...row, hash: contentHash(row) };
}

function detailsText(details: Readonly<Record<string, unknown>>): string {
  const text = canonicalJson(details);
  return text.length <= maxDetailsLength ? text : canonicalJson({ left_out_characters: text.length });
}

/**
 * SHA-256 (FIPS 180-4) of the canonical JSON of all columns but `hash` itself, the hash of the row before among them. Rows of
 * earlier versions have no salt.
 */
export const hashOfRow = (row: AuditRow): string =>
  contentHash({ ...row, hash: undefined, salt: row.salt ?? undefined });

/** Of what is left of a row after personal data were taken out of it; the hash that it had is part of it. */
export const hashOfRemains = (row: AuditRow): string => contentHash(row);
