import { sql } from 'kysely';
import type { Db } from '../database/schema.ts';
import type { PolicyCounterTable, PathCounterTable, TrafficCounts, TrafficTable } from '../database/traffic-tables.ts';

/** What traffic is counted of. */
export const trafficKinds = ['policy', 'site', 'endpoint', 'path', 'application'] as const;
export type TrafficKind = (typeof trafficKinds)[number];

/** Tables of history, finest first, and the width of their buckets. */
export const trafficTables = { tenSeconds: 'traffic_10s', minute: 'traffic_minute', hour: 'traffic_hour' } as const;
export const trafficBucketMs = { tenSeconds: 10_000, minute: 60_000, hour: 3_600_000 } as const;
export type TrafficResolution = keyof typeof trafficTables;

/** Traffic since the object was first seen, or since a reset. Counters as text, since they may exceed 2^53. */
export interface TrafficTotalRow extends Record<keyof TrafficCounts, string> {
  readonly object_id: string;
  readonly first_seen: number;
  readonly last_updated: number;
}

export interface TrafficPointRow extends TrafficCounts {
  readonly timestamp: number;
}

export interface TrafficRange {
  readonly kind: TrafficKind;
  /** Unix ms, `from` included and `to` not. */
  readonly from: number;
  readonly to: number;
}

const columns = ['packets_matched', 'bytes_matched', 'bytes_sent', 'bytes_received'] as const;
const columnList = sql.join(columns.map((column) => sql.ref(column)));
const addColumns = (table: string) =>
  sql.join(
    columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`${table}.${column}`)} + excluded.${sql.ref(column)}`),
  );
const textColumns = sql.join(columns.map((column) => sql`cast(${sql.ref(column)} as text) AS ${sql.ref(column)}`));
const sumColumns = sql.join(columns.map((column) => sql`sum(${sql.ref(column)}) AS ${sql.ref(column)}`));

export const trafficRepository = {
  /** Adds to totals and to history, in a transaction. No object may come twice in a step. */
  async add(db: Db, at: number, rows: readonly TrafficTable[]): Promise<void> {
    for (const [bucket, some] of Map.groupBy(rows, (row) => row.bucket)) await addStep(db, at, bucket, some);
  },

  /** Of policies that matched anything, deleted ones that can be restored too. */
  async listPolicyTotals(db: Db): Promise<TrafficTotalRow[]> {
    const { rows } = await sql<TrafficTotalRow>`
      SELECT cast(policy_id as text) AS object_id, cast(packets_matched as text) AS packets_matched,
        cast(bytes_matched as text) AS bytes_matched, '0' AS bytes_sent, '0' AS bytes_received,
        coalesce(traffic_first_seen, created_at) AS first_seen, coalesce(traffic_last_updated, created_at) AS last_updated
      FROM sdwan_policies WHERE packets_matched > 0 OR bytes_matched > 0`.execute(db);
    return rows;
  },

  /** Of sites, endpoints, paths or applications. */
  async listTotals(db: Db, kind: TrafficKind): Promise<TrafficTotalRow[]> {
    const { rows } = await sql<TrafficTotalRow>`
      SELECT object_id, ${textColumns}, first_seen, last_updated FROM traffic_totals WHERE kind = ${kind}`.execute(db);
    return rows;
  },

  /** One page of the history of one object, in order of time. */
  async readBuckets(
    db: Db,
    resolution: TrafficResolution,
    { kind, from, to }: TrafficRange,
    objectId: string,
    limit: number,
  ): Promise<TrafficPointRow[]> {
    const { rows } = await sql<TrafficPointRow>`
      SELECT bucket AS timestamp, ${columnList} FROM ${sql.table(trafficTables[resolution])}
      WHERE kind = ${kind} AND object_id = ${objectId} AND bucket >= ${from} AND bucket < ${to}
      ORDER BY bucket LIMIT ${sql.lit(limit)}`.execute(db);
    return rows;
  },

  /** The history of all objects of a kind together, in order of time. */
  async readSums(
    db: Db,
    resolution: TrafficResolution,
    range: TrafficRange,
    stepMs: number,
  ): Promise<TrafficPointRow[]> {
    const step = sql.lit(stepMs);
    const { rows } = await sql<TrafficPointRow>`
      SELECT bucket / ${step} * ${step} AS timestamp, ${sumColumns} FROM ${sql.table(trafficTables[resolution])}
      WHERE kind = ${range.kind} AND bucket >= ${range.from} AND bucket < ${range.to}
      GROUP BY 1 ORDER BY 1`.execute(db);
    return rows;
  },

  async prune(db: Db, resolution: TrafficResolution, before: number): Promise<void> {
    await db.deleteFrom(trafficTables[resolution]).where('bucket', '<', before).execute();
  },

  /** Drops what is known of paths, endpoints and sites that are there no more. */
  async pruneTotals(db: Db): Promise<void> {
    await sql`DELETE FROM path_counters WHERE path_id NOT IN (SELECT path_id FROM sdwan_paths)`.execute(db);
    await sql`
      DELETE FROM traffic_totals WHERE
        (kind = 'path' AND object_id NOT IN (SELECT path_id FROM sdwan_paths)) OR
        (kind = 'endpoint' AND object_id NOT IN (SELECT endpoint_id FROM sdwan_endpoints)) OR
        (kind = 'site' AND object_id NOT IN (SELECT site_id FROM sdwan_sites))`.execute(db);
  },

  listPolicyCounters: (db: Db): Promise<PolicyCounterTable[]> => db.selectFrom('policy_counters').selectAll().execute(),

  listPathCounters: (db: Db): Promise<PathCounterTable[]> => db.selectFrom('path_counters').selectAll().execute(),

  async savePolicyCounters(db: Db, rows: readonly PolicyCounterTable[]): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await db
        .insertInto('policy_counters')
        .values(rows.slice(start, start + rowsPerInsert))
        .onConflict((conflict) =>
          conflict.columns(['edge_id', 'policy_id']).doUpdateSet((eb) => ({
            epoch: eb.ref('excluded.epoch'),
            packets: eb.ref('excluded.packets'),
            bytes: eb.ref('excluded.bytes'),
          })),
        )
        .execute();
    }
  },

  async savePathCounters(db: Db, rows: readonly PathCounterTable[]): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await db
        .insertInto('path_counters')
        .values(rows.slice(start, start + rowsPerInsert))
        .onConflict((conflict) =>
          conflict.columns(['edge_id', 'path_id']).doUpdateSet((eb) => ({
            bytes_sent: eb.ref('excluded.bytes_sent'),
            bytes_received: eb.ref('excluded.bytes_received'),
          })),
        )
        .execute();
    }
  },
};

/** Keeps one statement under SQLite's 32,766 parameters, and one that blocks to some milliseconds. */
const rowsPerInsert = 1_000;

/** Adds what came in one step of the finest history: no object comes twice. */
async function addStep(db: Db, at: number, step: number, rows: readonly TrafficTable[]): Promise<void> {
  const pending = rows.map(({ bucket: _bucket, ...row }) => row);
  for (let start = 0; start < pending.length; start += rowsPerInsert) {
    await db
      .insertInto('traffic_pending')
      .values(pending.slice(start, start + rowsPerInsert))
      .execute();
  }
  for (const resolution of Object.keys(trafficTables) as TrafficResolution[]) {
    const table = trafficTables[resolution];
    const bucket = sql.lit(step - (step % trafficBucketMs[resolution]));
    await sql`
      INSERT INTO ${sql.table(table)} (kind, object_id, bucket, ${columnList})
      SELECT kind, object_id, ${bucket}, ${columnList} FROM traffic_pending WHERE true
      ON CONFLICT (kind, object_id, bucket) DO UPDATE SET ${addColumns(table)}`.execute(db);
  }
  await sql`
    INSERT INTO traffic_totals (kind, object_id, ${columnList}, first_seen, last_updated)
    SELECT kind, object_id, ${columnList}, ${sql.lit(at)}, ${sql.lit(at)} FROM traffic_pending WHERE kind <> 'policy'
    ON CONFLICT (kind, object_id) DO UPDATE SET ${addColumns('traffic_totals')}, last_updated = excluded.last_updated`.execute(
    db,
  );
  await sql`
    UPDATE sdwan_policies SET
      packets_matched = sdwan_policies.packets_matched + pending.packets_matched,
      bytes_matched = sdwan_policies.bytes_matched + pending.bytes_matched,
      traffic_first_seen = coalesce(traffic_first_seen, ${sql.lit(at)}),
      traffic_last_updated = ${sql.lit(at)}
    FROM traffic_pending AS pending
    WHERE policy_id = CASE pending.kind WHEN 'policy' THEN cast(pending.object_id AS bigint) END`.execute(db);
  await db.deleteFrom('traffic_pending').execute();
}
