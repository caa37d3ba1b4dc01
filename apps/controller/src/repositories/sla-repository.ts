import { sql, type Insertable, type Selectable } from 'kysely';
import type { Db, OrderFigures, PathFigures } from '../database/schema.ts';
import type { SlaHourTable, SlaPairTable, SlaViolationTable } from '../database/sla-tables.ts';

export type SlaPairRow = Selectable<SlaPairTable>;
export type SlaViolationRow = Selectable<SlaViolationTable>;

/** A report that was not counted yet. */
export interface SlaRawRow extends PathFigures, OrderFigures {
  readonly path_id: string;
  readonly timestamp: number;
  readonly health_status: string;
}

/** Which pairs are meant; all where nothing is said. */
export interface SlaFilter {
  readonly pathId?: string | undefined;
  readonly policyId?: number | undefined;
}

export interface SlaSums {
  readonly pair_id: number;
  readonly in_ms: number;
  readonly out_ms: number;
  readonly down_ms: number;
  readonly used_ms: number;
}

export const slaRepository = {
  /** Reports with ids over `after` up to `upTo`, path by path in order of time. */
  listRaw: (db: Db, after: number, upTo: number): Promise<SlaRawRow[]> =>
    db
      .selectFrom('path_metrics_raw')
      .selectAll()
      .where('metric_id', '>', after)
      .where('metric_id', '<=', upTo)
      .orderBy('path_id')
      .orderBy('timestamp')
      .orderBy('metric_id')
      .execute(),

  listPairs: (db: Db, filter: SlaFilter = {}): Promise<SlaPairRow[]> =>
    db
      .selectFrom('sla_pairs')
      .selectAll()
      .$if(filter.pathId !== undefined, (query) => query.where('path_id', '=', filter.pathId!))
      .$if(filter.policyId !== undefined, (query) => query.where('policy_id', '=', filter.policyId!))
      .orderBy('policy')
      .orderBy('source_site')
      .orderBy('dest_site')
      .orderBy('source_label')
      .orderBy('dest_label')
      .execute(),

  async insertPair(db: Db, row: Insertable<SlaPairTable>): Promise<number> {
    const made = await db.insertInto('sla_pairs').values(row).returning('pair_id').executeTakeFirstOrThrow();
    return made.pair_id;
  },

  /** Writes down what was counted of a pair, and its names. */
  async countPair(db: Db, pairId: number, { in_ms, out_ms, ...changes }: Omit<SlaPairRow, 'pair_id'>): Promise<void> {
    await db
      .updateTable('sla_pairs')
      .set({ ...changes, in_ms: sql<number>`in_ms + ${in_ms}`, out_ms: sql<number>`out_ms + ${out_ms}` })
      .where('pair_id', '=', pairId)
      .execute();
  },

  async addHours(db: Db, rows: readonly SlaHourTable[]): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await db
        .insertInto('sla_hours')
        .values(rows.slice(start, start + rowsPerInsert))
        .onConflict((conflict) =>
          conflict.columns(['pair_id', 'hour']).doUpdateSet({
            in_ms: sql<number>`sla_hours.in_ms + excluded.in_ms`,
            out_ms: sql<number>`sla_hours.out_ms + excluded.out_ms`,
            down_ms: sql<number>`sla_hours.down_ms + excluded.down_ms`,
            used_ms: sql<number>`sla_hours.used_ms + excluded.used_ms`,
          }),
        )
        .execute();
    }
  },

  /** What pairs were in and out of bounds in the hours of a range, `to` not included. */
  async sumHours(db: Db, from: number, to: number): Promise<SlaSums[]> {
    const { rows } = await sql<SlaSums>`
      SELECT pair_id, cast(sum(in_ms) as bigint) AS in_ms, cast(sum(out_ms) as bigint) AS out_ms,
        cast(sum(down_ms) as bigint) AS down_ms, cast(sum(used_ms) as bigint) AS used_ms
      FROM sla_hours WHERE hour >= ${from} AND hour < ${to} GROUP BY pair_id`.execute(db);
    return rows;
  },

  /** The newest violation of each pair that may go on. */
  listOpen: (db: Db, lastOutSince: number): Promise<SlaViolationRow[]> =>
    db
      .selectFrom('sla_violations')
      .selectAll()
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('last_out_at', '>=', lastOutSince)]))
      .orderBy('violation_id')
      .execute(),

  async saveViolation(db: Db, row: Insertable<SlaViolationTable>): Promise<number> {
    const { violation_id: id, ...fields } = row;
    if (id !== undefined) {
      await db.updateTable('sla_violations').set(fields).where('violation_id', '=', id).execute();
      return id;
    }
    const made = await db
      .insertInto('sla_violations')
      .values(fields)
      .returning('violation_id')
      .executeTakeFirstOrThrow();
    return made.violation_id;
  },

  /** Those that lasted at some time of a range, newest first. */
  listViolations: (
    db: Db,
    range: { readonly from: number; readonly to: number; readonly after?: number | undefined },
    filter: SlaFilter,
    limit: number,
  ): Promise<(SlaViolationRow & SlaPairRow)[]> =>
    db
      .selectFrom('sla_violations as violation')
      .innerJoin('sla_pairs as pair', 'pair.pair_id', 'violation.pair_id')
      .selectAll('pair')
      .selectAll('violation')
      .where('violation.started_at', '<', range.to)
      .where((eb) => eb.or([eb('violation.ended_at', 'is', null), eb('violation.last_out_at', '>=', range.from)]))
      .$if(range.after !== undefined, (query) => query.where('violation.violation_id', '<', range.after!))
      .$if(filter.pathId !== undefined, (query) => query.where('pair.path_id', '=', filter.pathId!))
      .$if(filter.policyId !== undefined, (query) => query.where('pair.policy_id', '=', filter.policyId!))
      .orderBy('violation.violation_id', 'desc')
      .limit(limit)
      .execute(),

  /** How many began in a range, by pair. */
  countViolations: (db: Db, from: number, to: number): Promise<{ pair_id: number; count: number }[]> =>
    db
      .selectFrom('sla_violations')
      .select(['pair_id', sql<number>`cast(count(*) as bigint)`.as('count')])
      .where('started_at', '>=', from)
      .where('started_at', '<', to)
      .groupBy('pair_id')
      .execute(),

  /** Totals of each policy, and how many violations last. */
  async sumPolicies(
    db: Db,
  ): Promise<{ policy_id: number; policy: string; in_ms: number; out_ms: number; open: number }[]> {
    const { rows } = await sql<{ policy_id: number; policy: string; in_ms: number; out_ms: number; open: number }>`
      SELECT policy_id, max(policy) AS policy, cast(sum(in_ms) as bigint) AS in_ms, cast(sum(out_ms) as bigint) AS out_ms,
        cast(sum((SELECT count(*) FROM sla_violations AS violation
          WHERE violation.pair_id = pair.pair_id AND violation.ended_at IS NULL)) as bigint) AS open
      FROM sla_pairs AS pair GROUP BY policy_id ORDER BY policy_id`.execute(db);
    return rows;
  },

  async prune(db: Db, before: number): Promise<void> {
    await db.deleteFrom('sla_hours').where('hour', '<', before).execute();
    await db.deleteFrom('sla_violations').where('last_out_at', '<', before).execute();
    await db.deleteFrom('sla_pairs').where('last_at', '<', before).execute();
  },
};

/** Keeps one statement under SQLite's 32,766 parameters. */
const rowsPerInsert = 2_000;
