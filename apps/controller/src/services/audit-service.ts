import { setImmediate as yieldToOthers } from 'node:timers/promises';
import {
  AuditWalk,
  type Actor,
  type ActorType,
  type AuditAction,
  type AuditFault,
  type AuditResult,
  type RowMark,
} from '../audit/index.ts';
import type { Store } from '../database/store.ts';
import { auditRepository, type AuditFilter, type AuditRow, type AuditSlice } from '../repositories/audit-repository.ts';
import { maxPageSize, readCursor, writeCursor, type Page, type PageRequest } from './page.ts';

/** An audit row as the API shows it. */
export interface AuditView {
  readonly sequence: number;
  /** Unix ms. */
  readonly time: number;
  readonly actorType: ActorType;
  readonly actorId: string | null;
  readonly actor: string;
  readonly address: string | null;
  readonly action: AuditAction;
  readonly targetType: string;
  readonly targetId: string | null;
  readonly target: string | null;
  readonly result: AuditResult;
  readonly details: Readonly<Record<string, unknown>>;
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditQuery extends PageRequest, AuditFilter {
  /** `newest` first where nothing is said. */
  readonly order?: AuditSlice['order'] | undefined;
}

/** What a walk over the whole log found. */
export interface AuditVerification {
  readonly valid: boolean;
  /** Rows and anchors that are in order, from the first on. */
  readonly rows: number;
  readonly anchors: number;
  /** The last row in order; whoever keeps its hash elsewhere can prove later that nothing before it changed. */
  readonly last: RowMark;
  /** The first thing that is wrong; null when nothing is. */
  readonly fault: AuditFault | null;
}

const defaultPageSize = 100;
/** Rows that a walk holds at once: at most 16 KiB each, some milliseconds of hashing before others get their turn. */
const walkPageSize = 200;

/** The audit log, for those who read it. */
export class AuditService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(query: AuditQuery = {}): Promise<Page<AuditView>> {
    const { limit: asked, cursor, order = 'newest', ...filter } = query;
    const limit = Math.min(asked ?? defaultPageSize, maxPageSize);
    const after = cursor === undefined ? undefined : Number(readCursor(cursor, /^\d{1,16}$/)[0]);
    const rows = await auditRepository.list(this.#store.db, filter, { order, after, limit: limit + 1 });
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(view),
      nextCursor: last === undefined ? null : auditCursor(last),
    };
  }

  /**
   * Walks every row and anchor from the first on, page by page, and stops at the first that is not as it was written.
   * `known` is a row whose hash somebody kept elsewhere.
   */
  async verify(known: RowMark | null = null): Promise<AuditVerification> {
    const { db, audit } = this.#store;
    // Asked for before the walk, which also sees rows that are written meanwhile.
    const tip = await auditRepository.tip(db);
    const walk = new AuditWalk(audit.key, known);
    const fault = (await this.#walkAll(walk)) ?? walk.end(tip);
    return { valid: fault === null, rows: walk.rows, anchors: walk.anchors, last: walk.last, fault };
  }

  /** Writes down that a caller was refused what their role does not allow. */
  async noteRefusal(by: Actor, operation: string, reason: string): Promise<void> {
    const target = { type: 'operation', id: null, name: operation } as const;
    await this.#store.change((change) =>
      change.audit(by, { action: 'access_refused', target, result: 'refused', details: { reason } }),
    );
  }

  /** Writes down that somebody showed a token that is not valid, and why it is not. */
  async noteBadToken(by: Actor, reason: string): Promise<void> {
    const target = { type: 'token', id: null, name: null } as const;
    await this.#store.change((change) =>
      change.audit(by, { action: 'token_refused', target, result: 'refused', details: { reason } }),
    );
  }

  async #walkAll(walk: AuditWalk): Promise<AuditFault | null> {
    for (let after = 0; ;) {
      const rows = await auditRepository.list(this.#store.db, {}, { order: 'oldest', after, limit: walkPageSize });
      const [first, last] = [rows[0], rows.at(-1)];
      if (first === undefined || last === undefined) return null;
      const listed = await auditRepository.listAnchors(this.#store.db, first.sequence, last.sequence);
      const anchors = new Map(listed.map((anchor) => [anchor.sequence, anchor]));
      for (const row of rows) {
        const fault = walk.step(row, anchors.get(row.sequence));
        if (fault !== null) return fault;
      }
      after = last.sequence;
      await yieldToOthers();
    }
  }
}

/** Where a page goes on after this row. */
export const auditCursor = ({ sequence }: Pick<AuditRow, 'sequence'>): string => writeCursor(String(sequence));

const view = (row: AuditRow): AuditView => ({
  sequence: row.sequence,
  time: row.time,
  actorType: row.actor_type as ActorType,
  actorId: row.actor_id,
  actor: row.actor,
  address: row.address,
  action: row.action as AuditAction,
  targetType: row.target_type,
  targetId: row.target_id,
  target: row.target,
  result: row.result as AuditResult,
  details: JSON.parse(row.details) as Record<string, unknown>,
  previousHash: row.previous_hash,
  hash: row.hash,
});
