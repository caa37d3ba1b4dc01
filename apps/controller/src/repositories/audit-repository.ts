import { sql, type Selectable } from 'kysely';
import { noRow } from '../audit/audit-row.ts';
import { containsFolded, highestEver } from '../database/portable-sql.ts';
import type { AuditAnchorTable, AuditTable, Db } from '../database/schema.ts';

export type AuditRow = Selectable<AuditTable>;
export type AuditAnchorRow = Selectable<AuditAnchorTable>;

export interface AuditFilter {
  /** Unix ms, included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly result?: string | undefined;
  /** By name or id. */
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly actorType?: string | undefined;
  readonly targetType?: string | undefined;
  readonly address?: string | undefined;
}

export interface AuditSlice {
  readonly order: 'newest' | 'oldest';
  /** Only what comes after this row in that order. */
  readonly after?: number | undefined;
  readonly limit: number;
}

export interface AuditTip {
  /** Number and hash of the last row there is; 0 and zeros before the first. */
  readonly sequence: number;
  readonly hash: string;
  /** The highest number that a row ever had, as the database remembers it. */
  readonly counted: number;
  /** The last row that was signed; 0 for none. */
  readonly anchored: number;
}

export const auditRepository = {
  list: (db: Db, filter: AuditFilter, { order, after, limit }: AuditSlice): Promise<AuditRow[]> => {
    let query = db.selectFrom('sdwan_audit_log').selectAll();
    if (filter.since !== undefined) query = query.where('time', '>=', filter.since);
    if (filter.until !== undefined) query = query.where('time', '<=', filter.until);
    if (filter.actions !== undefined) query = query.where('action', 'in', [...filter.actions]);
    if (filter.result !== undefined) query = query.where('result', '=', filter.result);
    if (filter.actor !== undefined) {
      const { actor } = filter;
      query = query.where((eb) => eb.or([eb('actor', '=', actor), eb('actor_id', '=', actor)]));
    }
    if (filter.target !== undefined) {
      const { target } = filter;
      query = query.where((eb) => eb.or([eb('target', '=', target), eb('target_id', '=', target)]));
    }
    if (filter.actorType !== undefined) query = query.where('actor_type', '=', filter.actorType);
    if (filter.targetType !== undefined) query = query.where('target_type', '=', filter.targetType);
    if (filter.address !== undefined) query = query.where('address', '=', filter.address);
    if (after !== undefined) query = query.where('sequence', order === 'newest' ? '<' : '>', after);
    return query
      .orderBy('sequence', order === 'newest' ? 'desc' : 'asc')
      .limit(limit)
      .execute();
  },

  /** Where the log ends, and how far it is known to have come. */
  async tip(db: Db): Promise<AuditTip> {
    const { rows } = await sql<{ [K in keyof AuditTip]: AuditTip[K] | null }>`
      SELECT last.sequence, last.hash,
        ${highestEver(db, 'sdwan_audit_log')} AS counted,
        (SELECT max(sequence) FROM sdwan_audit_anchors) AS anchored
      FROM (SELECT max(sequence) AS sequence FROM sdwan_audit_log) AS highest
      LEFT JOIN sdwan_audit_log AS last ON last.sequence = highest.sequence`.execute(db);
    const [row] = rows;
    return {
      sequence: row?.sequence ?? noRow.sequence,
      hash: row?.hash ?? noRow.hash,
      counted: row?.counted ?? 0,
      anchored: row?.anchored ?? 0,
    };
  },

  async insert(db: Db, row: AuditRow): Promise<void> {
    await db.insertInto('sdwan_audit_log').values(row).execute();
  },

  async hasRowsBefore(db: Db, before: number): Promise<boolean> {
    const row = await db
      .selectFrom('sdwan_audit_log')
      .select('sequence')
      .where('time', '<', before)
      .orderBy('sequence')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },

  /** The row before the first that is not older than this time, or before the last one where all are older. */
  async lastBefore(db: Db, before: number): Promise<Pick<AuditRow, 'sequence' | 'hash'> | undefined> {
    const { kept } = await db
      .selectFrom('sdwan_audit_log')
      .select((eb) => eb.fn.min('sequence').as('kept'))
      .where('time', '>=', before)
      .executeTakeFirstOrThrow();
    return db
      .selectFrom('sdwan_audit_log')
      .select(['sequence', 'hash'])
      .where('sequence', '<', (eb) =>
        kept === null
          ? eb.selectFrom('sdwan_audit_log as last').select((inner) => inner.fn.max('last.sequence').as('last'))
          : eb.val(kept),
      )
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
  },

  async insertCut(db: Db, row: AuditAnchorRow): Promise<void> {
    await db.insertInto('sdwan_audit_cuts').values(row).execute();
  },

  /** The last cut, or undefined while nothing was ever removed. */
  lastCut: (db: Db): Promise<AuditAnchorRow | undefined> =>
    db.selectFrom('sdwan_audit_cuts').selectAll().orderBy('sequence', 'desc').limit(1).executeTakeFirst(),

  /** Removes rows up to this one and their anchors; answers how many. The database takes it only below a cut. */
  async deleteUpTo(db: Db, sequence: number): Promise<number> {
    await db.deleteFrom('sdwan_audit_anchors').where('sequence', '<=', sequence).execute();
    await db.deleteFrom('sdwan_audit_erasures').where('sequence', '<=', sequence).execute();
    const result = await db.deleteFrom('sdwan_audit_log').where('sequence', '<=', sequence).executeTakeFirst();
    return Number(result.numDeletedRows);
  },

  /** Those of rows `from` to `to`, both included, in their order. */
  listAnchors: (db: Db, from: number, to: number): Promise<AuditAnchorRow[]> =>
    db
      .selectFrom('sdwan_audit_anchors')
      .selectAll()
      .where('sequence', '>=', from)
      .where('sequence', '<=', to)
      .orderBy('sequence')
      .execute(),

  /** Those of rows `from` to `to`, both included. */
  listErasures: (db: Db, from: number, to: number): Promise<AuditAnchorRow[]> =>
    db
      .selectFrom('sdwan_audit_erasures')
      .selectAll()
      .where('sequence', '>=', from)
      .where('sequence', '<=', to)
      .execute(),

  async replaceErasure(db: Db, row: AuditAnchorRow): Promise<void> {
    const { time, hash, key_id, signature } = row;
    await db
      .insertInto('sdwan_audit_erasures')
      .values(row)
      .onConflict((conflict) => conflict.column('sequence').doUpdateSet({ time, hash, key_id, signature }))
      .execute();
  },

  /** The database takes it only for rows with an erasure. */
  async updateErased(db: Db, sequence: number, remains: Partial<AuditRow>): Promise<void> {
    await db.updateTable('sdwan_audit_log').set(remains).where('sequence', '=', sequence).execute();
  },

  /** The last row about a user of this id or name. */
  findUser: (db: Db, reference: string): Promise<AuditRow | undefined> =>
    db
      .selectFrom('sdwan_audit_log')
      .selectAll()
      .where('target_type', '=', 'user')
      .where((eb) => eb.or([eb('target_id', '=', reference), eb('target', '=', reference)]))
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst(),

  /** Rows that may tell of somebody: by an id, by a name, or with a name anywhere in their details. */
  listAbout: (db: Db, ids: readonly string[], names: readonly string[]): Promise<AuditRow[]> =>
    db
      .selectFrom('sdwan_audit_log')
      .selectAll()
      .where((eb) =>
        eb.or([
          eb('actor_id', 'in', [...ids]),
          eb('target_id', 'in', [...ids]),
          ...names.flatMap((name) => [
            eb('actor', '=', name),
            containsFolded('actor', `${name}/`),
            eb('target', '=', name),
            containsFolded('details', name),
          ]),
        ]),
      )
      .orderBy('sequence')
      .execute(),

  async insertAnchor(db: Db, row: AuditAnchorRow): Promise<void> {
    await db.insertInto('sdwan_audit_anchors').values(row).execute();
  },
};
