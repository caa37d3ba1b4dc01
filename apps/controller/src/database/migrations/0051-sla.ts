import { sql, type Kysely } from 'kysely';

/**
 * How paths kept to the SLAs of policies. A pair is a path and a policy, with their names as they were last: its history
 * outlives both. `last_at` is the newest report that was counted. Hours are those of UTC.
 */
const statements = [
  `ALTER TABLE path_metrics_raw ADD COLUMN reordering_percent REAL`,
  `ALTER TABLE path_metrics_raw ADD COLUMN duplication_percent REAL`,
  `CREATE TABLE sla_pairs (
    pair_id INTEGER PRIMARY KEY AUTOINCREMENT,
    path_id TEXT NOT NULL,
    policy_id INTEGER NOT NULL,
    policy TEXT NOT NULL,
    source_site TEXT NOT NULL,
    source_label TEXT NOT NULL,
    dest_site TEXT NOT NULL,
    dest_label TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    in_ms INTEGER NOT NULL DEFAULT 0,
    out_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE (path_id, policy_id)
  )`,
  `CREATE TABLE sla_hours (
    pair_id INTEGER NOT NULL REFERENCES sla_pairs ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    in_ms INTEGER NOT NULL,
    out_ms INTEGER NOT NULL,
    down_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    PRIMARY KEY (pair_id, hour)
  ) WITHOUT ROWID`,
  `CREATE INDEX sla_hours_by_time ON sla_hours (hour)`,
  `CREATE TABLE sla_violations (
    violation_id INTEGER PRIMARY KEY AUTOINCREMENT,
    pair_id INTEGER NOT NULL REFERENCES sla_pairs ON DELETE CASCADE,
    started_at INTEGER NOT NULL,
    last_out_at INTEGER NOT NULL,
    ended_at INTEGER,
    figure TEXT NOT NULL,
    value REAL,
    bound REAL,
    worst REAL,
    out_ms INTEGER NOT NULL
  )`,
  `CREATE INDEX sla_violations_by_pair ON sla_violations (pair_id, started_at)`,
  `CREATE INDEX sla_violations_by_time ON sla_violations (started_at)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
