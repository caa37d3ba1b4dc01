import { canonicalJson } from '@patronus/core';
import type { DbTransaction } from '../database/schema.ts';
import { auditRepository, type AuditAnchorRow, type AuditRow } from '../repositories/audit-repository.ts';
import type { Actor } from './actor.ts';
import type { AuditEntry } from './audit-entry.ts';
import { hashOfRemains, nextRow, type RowMark } from './audit-row.ts';

/** A key that does not live in the database, so that whoever can write the one cannot sign for the other. */
export interface AnchorKey {
  /** Tells keys apart. */
  readonly fingerprint: string;
  sign(text: string): string;
  isSignedBy(text: string, signature: string): boolean;
}

/**
 * Rows 1, 33, 65, … are anchored as they are written, and must be for the log to be whole. Fewer leave more of the newest
 * rows to whoever recomputes the chain; each costs a signature of some tens of microseconds and a row.
 */
export const anchorInterval = 32;

export const mustBeAnchored = (sequence: number): boolean => (sequence - 1) % anchorInterval === 0;

/** What a signature is made over. No certificate can be mistaken for it, as those are DER. */
export const anchorText = ({ sequence, time, hash }: Pick<AuditAnchorRow, 'sequence' | 'time' | 'hash'>): string =>
  canonicalJson({ purpose: 'patronus audit anchor', sequence, time, hash });

/** What a signature that rows were removed is made over; an anchor cannot be mistaken for it. */
export const cutText = ({ sequence, time, hash }: Pick<AuditAnchorRow, 'sequence' | 'time' | 'hash'>): string =>
  canonicalJson({ purpose: 'patronus audit cut', sequence, time, hash });

/** What a signature over what is left of a row is made over; `hash` is of that. */
export const erasureText = ({ sequence, time, hash }: Pick<AuditAnchorRow, 'sequence' | 'time' | 'hash'>): string =>
  canonicalJson({ purpose: 'patronus audit erasure', sequence, time, hash });

/** What an erasure may take out of a row. */
export type AuditRemains = Pick<AuditRow, 'actor_id' | 'actor' | 'address' | 'target_id' | 'target' | 'details'>;

/** Writes rows within the transaction of the change that they tell of: where a row cannot be written, nothing is. */
export class AuditLog {
  readonly key: AnchorKey;

  constructor(key: AnchorKey) {
    this.key = key;
  }

  /**
   * Adds a row; times are unix ms. A number that was given once is never given again, so that where rows were taken away
   * the gap stays.
   */
  async append(db: DbTransaction, at: number, by: Actor, entry: AuditEntry): Promise<void> {
    const { sequence, hash, counted, anchored } = await auditRepository.tip(db);
    const row = nextRow({ sequence: Math.max(sequence, counted, anchored), hash }, at, by, entry);
    await auditRepository.insert(db, row);
    if (mustBeAnchored(row.sequence)) await this.#sign(db, at, row);
  }

  /** Signs the newest row, unless it is signed already. */
  async anchor(db: DbTransaction, at: number): Promise<void> {
    const tip = await auditRepository.tip(db);
    if (tip.sequence > tip.anchored) await this.#sign(db, at, tip);
  }

  /**
   * Removes the rows before the first that is not older than `before`, unix ms; the last row always stays. What is left
   * begins after a signed cut, without which the log would not be whole.
   */
  async cut(db: DbTransaction, at: number, before: number): Promise<{ removed: number; sequence: number }> {
    const last = await auditRepository.lastBefore(db, before);
    if (last === undefined) return { removed: 0, sequence: 0 };
    const { sequence, hash } = last;
    const signature = this.key.sign(cutText({ sequence, time: at, hash }));
    await auditRepository.insertCut(db, { sequence, time: at, hash, key_id: this.key.fingerprint, signature });
    return { removed: await auditRepository.deleteUpTo(db, sequence), sequence };
  }

  /**
   * Takes personal data out of a row. Its hash stays, and with it the chain; that the controller itself did it is proven by a
   * signature over what is left. The salt goes, without which nobody can find by guessing what the hash was made of.
   */
  async erase(db: DbTransaction, at: number, row: AuditRow, remains: AuditRemains): Promise<void> {
    const { sequence } = row;
    const hash = hashOfRemains({ ...row, ...remains, salt: null });
    const signature = this.key.sign(erasureText({ sequence, time: at, hash }));
    await auditRepository.replaceErasure(db, { sequence, time: at, hash, key_id: this.key.fingerprint, signature });
    await auditRepository.updateErased(db, sequence, { ...remains, salt: null });
  }

  async #sign(db: DbTransaction, time: number, { sequence, hash }: RowMark): Promise<void> {
    const signature = this.key.sign(anchorText({ sequence, time, hash }));
    await auditRepository.insertAnchor(db, { sequence, time, hash, key_id: this.key.fingerprint, signature });
  }
}
