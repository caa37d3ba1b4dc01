import { sql, type Insertable, type RawBuilder } from 'kysely';
import type { Db, PathFigures, RawMetricTable } from '../database/schema.ts';

/** Tables of rolled-up metrics, by the width of their buckets. */
export const rolledTables = { minute: 'path_metrics_minute', hour: 'path_metrics_hour' } as const;
export const bucketMs = { minute: 60_000, hour: 3_600_000 } as const;
export type RolledResolution = keyof typeof rolledTables;

/** Means over one step; a null figure was not measured in it. */
export interface MetricPoint extends PathFigures {
  readonly timestamp: number;
  readonly latency_max: number | null;
  readonly samples: number;
  readonly down_samples: number;
}

export interface MetricRange {
  readonly pathId: string;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

export const metricRepository = {
  async insertRaw(db: Db, rows: readonly Insertable<RawMetricTable>[]): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await db
        .insertInto('path_metrics_raw')
        .values(rows.slice(start, start + rowsPerInsert))
        .execute();
    }
  },

  async highestRawId(db: Db): Promise<number> {
    const row = await db
      .selectFrom('path_metrics_raw')
      .select(sql<number | null>`max(metric_id)`.as('id'))
      .executeTakeFirst();
    return row?.id ?? 0;
  },

  /** Adds the raw rows with ids over `after` up to `upTo` to their buckets. */
  async rollUp(db: Db, resolution: RolledResolution, after: number, upTo: number): Promise<void> {
    const table = sql.table(rolledTables[resolution]);
    const width = sql.lit(bucketMs[resolution]);
    await sql`
      INSERT INTO ${table} (path_id, bucket, samples, down_samples, measured, loss_samples, latency_sum, latency_max, jitter_sum,
        loss_sum, rtt_sum, mos_sum, mos_min, reverse_latency_sum, reverse_jitter_sum, reverse_loss_sum)
      SELECT path_id, timestamp / ${width} * ${width}, count(*), count(*) FILTER (WHERE health_status = 'down'),
        count(latency), count(loss), sum(latency), max(latency), sum(jitter), sum(loss), sum(rtt), sum(mos), min(mos),
        sum(reverse_latency), sum(reverse_jitter), sum(reverse_loss)
      FROM path_metrics_raw WHERE metric_id > ${after} AND metric_id <= ${upTo}
      GROUP BY 1, 2
      ON CONFLICT (path_id, bucket) DO UPDATE SET
        samples = ${table}.samples + excluded.samples,
        down_samples = ${table}.down_samples + excluded.down_samples,
        measured = ${table}.measured + excluded.measured,
        loss_samples = ${table}.loss_samples + excluded.loss_samples,
        ${sql.join(summedColumns.map((column) => added(table, column)))},
        ${further(table, 'latency_max', '>')},
        ${further(table, 'mos_min', '<')}`.execute(db);
  },

  async pruneRaw(db: Db, before: number, upTo: number): Promise<void> {
    await db.deleteFrom('path_metrics_raw').where('timestamp', '<', before).where('metric_id', '<=', upTo).execute();
  },

  async pruneRolled(db: Db, resolution: RolledResolution, before: number): Promise<void> {
    await db.deleteFrom(rolledTables[resolution]).where('bucket', '<', before).execute();
  },

  async readRaw(db: Db, range: MetricRange): Promise<MetricPoint[]> {
    const step = sql.lit(range.stepMs);
    const { rows } = await sql<MetricPoint>`
      SELECT timestamp / ${step} * ${step} AS timestamp, count(*) AS samples,
        count(*) FILTER (WHERE health_status = 'down') AS down_samples,
        avg(latency) AS latency, max(latency) AS latency_max,
        avg(jitter) AS jitter, avg(loss) AS loss, avg(rtt) AS rtt, avg(mos) AS mos,
        avg(reverse_latency) AS reverse_latency, avg(reverse_jitter) AS reverse_jitter, avg(reverse_loss) AS reverse_loss
      FROM path_metrics_raw
      WHERE path_id = ${range.pathId} AND timestamp >= ${range.from} AND timestamp <= ${range.to}
      GROUP BY 1 ORDER BY 1`.execute(db);
    return rows;
  },

  async readRolled(db: Db, resolution: RolledResolution, range: MetricRange): Promise<MetricPoint[]> {
    const step = sql.lit(range.stepMs);
    const { rows } = await sql<MetricPoint>`
      SELECT bucket / ${step} * ${step} AS timestamp, sum(samples) AS samples, sum(down_samples) AS down_samples,
        sum(latency_sum) / nullif(sum(measured), 0) AS latency, max(latency_max) AS latency_max,
        sum(jitter_sum) / nullif(sum(measured), 0) AS jitter, sum(loss_sum) / nullif(sum(loss_samples), 0) AS loss,
        sum(rtt_sum) / nullif(sum(measured), 0) AS rtt, sum(mos_sum) / nullif(sum(measured), 0) AS mos,
        sum(reverse_latency_sum) / nullif(sum(measured), 0) AS reverse_latency,
        sum(reverse_jitter_sum) / nullif(sum(measured), 0) AS reverse_jitter,
        sum(reverse_loss_sum) / nullif(sum(loss_samples), 0) AS reverse_loss
      FROM ${sql.table(rolledTables[resolution])}
      WHERE path_id = ${range.pathId} AND bucket >= ${range.from} AND bucket <= ${range.to}
      GROUP BY 1 ORDER BY 1`.execute(db);
    return rows;
  },
};

const summedColumns = [
  'latency_sum',
  'jitter_sum',
  'loss_sum',
  'rtt_sum',
  'mos_sum',
  'reverse_latency_sum',
  'reverse_jitter_sum',
  'reverse_loss_sum',
];
/** The sum of what is there and what comes, either of which may be null. */
function added(table: RawBuilder<unknown>, column: string) {
  const [there, more] = [sql`${table}.${sql.ref(column)}`, sql`excluded.${sql.ref(column)}`];
  return sql`${sql.ref(column)} = coalesce(${there} + ${more}, ${there}, ${more})`;
}

/** The greater or the lesser of what is there and what comes, either of which may be null. */
function further(table: RawBuilder<unknown>, column: string, sign: '<' | '>') {
  const [there, more] = [sql`${table}.${sql.ref(column)}`, sql`excluded.${sql.ref(column)}`];
  return sql`${sql.ref(column)} = CASE WHEN ${there} ${sql.raw(sign)} ${more} THEN ${there} ELSE coalesce(${more}, ${there}) END`;
}

/** Keeps one statement under SQLite's 32,766 parameters. */
const rowsPerInsert = 2_000;
