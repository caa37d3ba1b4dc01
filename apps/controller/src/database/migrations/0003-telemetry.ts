import { sql, type Kysely } from 'kysely';

const rolledColumns = `
    path_id TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    down_samples INTEGER NOT NULL,
    measured INTEGER NOT NULL,
    loss_samples INTEGER NOT NULL,
    latency_sum REAL,
    latency_max REAL,
    jitter_sum REAL,
    loss_sum REAL,
    rtt_sum REAL,
    mos_sum REAL,
    mos_min REAL,
    reverse_latency_sum REAL,
    reverse_jitter_sum REAL,
    reverse_loss_sum REAL,
    PRIMARY KEY (path_id, bucket)`;

/**
 * What edges report. Metrics do not reference their path: rows of a deleted site fade out with their age, so that deleting
 * a site does not have to wait for a million of them.
 */
const statements = [
  `CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    timestamp INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    metadata TEXT NOT NULL,
    site_id TEXT,
    site TEXT
  )`,
  `CREATE INDEX events_by_time ON events (timestamp, seq)`,
  `CREATE TABLE decisions (
    policy_id INTEGER NOT NULL REFERENCES sdwan_policies ON DELETE CASCADE,
    source_site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    dest_site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    paths TEXT NOT NULL,
    sla_met INTEGER NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (policy_id, source_site_id, dest_site_id)
  ) WITHOUT ROWID`,
  `CREATE INDEX decisions_by_source ON decisions (source_site_id)`,
  `CREATE INDEX decisions_by_dest ON decisions (dest_site_id)`,
  `CREATE TABLE policy_counters (
    edge_id TEXT NOT NULL REFERENCES edges ON DELETE CASCADE,
    policy_id INTEGER NOT NULL REFERENCES sdwan_policies ON DELETE CASCADE,
    epoch TEXT NOT NULL,
    packets INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (edge_id, policy_id)
  ) WITHOUT ROWID`,
  `CREATE INDEX policy_counters_by_policy ON policy_counters (policy_id)`,
  `CREATE TABLE path_metrics_raw (
    metric_id INTEGER PRIMARY KEY AUTOINCREMENT,
    path_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    health_status TEXT NOT NULL,
    latency REAL,
    jitter REAL,
    loss REAL,
    rtt REAL,
    mos REAL,
    reverse_latency REAL,
    reverse_jitter REAL,
    reverse_loss REAL
  )`,
  `CREATE INDEX path_metrics_raw_by_path ON path_metrics_raw (path_id, timestamp)`,
  `CREATE INDEX path_metrics_raw_by_time ON path_metrics_raw (timestamp)`,
  `CREATE TABLE path_metrics_minute (${rolledColumns}) WITHOUT ROWID`,
  `CREATE INDEX path_metrics_minute_by_time ON path_metrics_minute (bucket)`,
  `CREATE TABLE path_metrics_hour (${rolledColumns}) WITHOUT ROWID`,
  `CREATE INDEX path_metrics_hour_by_time ON path_metrics_hour (bucket)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
