import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';
import { Type, type Static } from 'typebox';
import {
  actorTypes,
  auditActionNames,
  auditResults,
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
import { pageFields } from './lists/list-definition.ts';
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

const text = (description: string) => Type.String({ maxLength: 200, description });

/** What a caller may say of the rows that they want, in the API's words. */
const auditListFields = {
  ...pageFields,
  since: Type.Number({ description: 'Unix ms, included' }),
  until: Type.Number({ description: 'Unix ms, included' }),
  action: Type.Array(Type.Enum(auditActionNames), {
    minItems: 1,
    maxItems: 100,
    description: 'Such as sign_in,sign_in_failed',
  }),
  result: Type.Enum([...auditResults]),
  actor: text('Name or id'),
  actor_type: Type.Enum([...actorTypes]),
  address: text('Address that the request came from'),
  target: text('Name or id'),
  target_type: text('Such as site, policy or user'),
  order: Type.Enum(['newest', 'oldest'], { description: 'Which come first; the newest where nothing is said' }),
};

export const AuditListSchema = Type.Partial(Type.Object(auditListFields), { additionalProperties: false });

/** A request in the API's words as a query. */
export const auditQuery = (request: Static<typeof AuditListSchema>): AuditQuery => {
  const { action: actions, actor_type: actorType, target_type: targetType, ...query } = request;
  return { ...query, actions, actorType, targetType };
};

/** What a walk over the whole log found. */
export interface AuditVerification {
  readonly valid: boolean;
  /** Older rows that were removed, as their time was over; the log begins after them. */
  readonly removed: number;
  /** Rows and anchors that are in order, from the first on. */
  readonly rows: number;
  readonly anchors: number;
  /** Rows of those out of which the personal data of somebody were taken. */
  readonly erased: number;
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
   * `known` is a row whose hash somebody kept elsewhere. Errors: `not_found` where that row was removed.
   */
  async verify(known: RowMark | null = null): Promise<AuditVerification> {
    const { db, audit } = this.#store;
    // Asked for before the walk, which also sees rows that are written meanwhile.
    const tip = await auditRepository.tip(db);
    const walk = new AuditWalk(audit.key, known);
    const cut = await auditRepository.lastCut(db);
    const removed = cut?.sequence ?? 0;
    if (known !== null && known.sequence < removed) throw removedAlready(known.sequence, removed);
    const badCut = cut === undefined ? null : walk.begin(cut);
    const fault = badCut ?? (await this.#walkAll(walk)) ?? walk.end(tip);
    // Rows may have been removed under the walk; a log that was cut meanwhile is looked at anew.
    if (fault !== null && (await auditRepository.lastCut(db))?.sequence !== cut?.sequence) return this.verify(known);
    return {
      valid: fault === null,
      removed,
      rows: walk.rows,
      anchors: walk.anchors,
      erased: walk.erased,
      last: walk.last,
      fault,
    };
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
    for (let after = walk.last.sequence; ;) {
      const rows = await auditRepository.list(this.#store.db, {}, { order: 'oldest', after, limit: walkPageSize });
      const [first, last] = [rows[0], rows.at(-1)];
      if (first === undefined || last === undefined) return null;
      const listed = await auditRepository.listAnchors(this.#store.db, first.sequence, last.sequence);
      const anchors = new Map(listed.map((anchor) => [anchor.sequence, anchor]));
      const taken = await auditRepository.listErasures(this.#store.db, first.sequence, last.sequence);
      const erasures = new Map(taken.map((erasure) => [erasure.sequence, erasure]));
      for (const row of rows) {
        const fault = walk.step(row, anchors.get(row.sequence), erasures.get(row.sequence));
        if (fault !== null) return fault;
      }
      after = last.sequence;
      await yieldToOthers();
    }
  }
}

const removedAlready = (sequence: number, removed: number): PatronusError =>
  new PatronusError(
    'not_found',
    `row ${sequence} was removed, as its time was over; name a row from ${removed} on, or look into an export`,
    { facts: { sequence, removed } },
  );

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
