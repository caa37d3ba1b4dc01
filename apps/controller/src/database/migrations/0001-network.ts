import { sql, type Kysely } from 'kysely';
import { isPostgres } from '../dialect.ts';

/** Sites, endpoints, paths, policies, and what is handed out to them. */
const statements = [
  `CREATE TABLE sdwan_sites (
    site_id TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    location TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    site_index INTEGER NOT NULL UNIQUE
  )`,
  `CREATE TABLE site_prefixes (
    prefix TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    position INTEGER NOT NULL
  ) WITHOUT ROWID`,
  `CREATE INDEX site_prefixes_by_site ON site_prefixes (site_id)`,
  `CREATE TABLE sdwan_endpoints (
    endpoint_id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    address TEXT,
    port INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    label TEXT NOT NULL,
    device TEXT NOT NULL,
    nat INTEGER NOT NULL DEFAULT 0,
    cost INTEGER NOT NULL DEFAULT 0,
    profile TEXT NOT NULL DEFAULT 'default',
    up_bps INTEGER,
    down_bps INTEGER,
    UNIQUE (site_id, slot),
    UNIQUE (site_id, device)
  )`,
  `CREATE UNIQUE INDEX sdwan_endpoints_by_address ON sdwan_endpoints (address) WHERE nat = 0 AND address IS NOT NULL`,
  `CREATE TABLE sdwan_paths (
    path_id TEXT PRIMARY KEY,
    source_endpoint_id TEXT NOT NULL REFERENCES sdwan_endpoints ON DELETE CASCADE,
    dest_endpoint_id TEXT NOT NULL REFERENCES sdwan_endpoints ON DELETE CASCADE,
    latency REAL,
    bandwidth INTEGER,
    health_status TEXT NOT NULL DEFAULT 'unknown',
    created_at INTEGER NOT NULL,
    jitter REAL,
    loss REAL,
    rtt REAL,
    mos REAL,
    reverse_latency REAL,
    reverse_jitter REAL,
    reverse_loss REAL,
    since INTEGER,
    reported_at INTEGER
  )`,
  `CREATE INDEX sdwan_paths_by_source ON sdwan_paths (source_endpoint_id)`,
  `CREATE INDEX sdwan_paths_by_dest ON sdwan_paths (dest_endpoint_id)`,
  `CREATE TABLE sdwan_policies (
    policy_id INTEGER PRIMARY KEY AUTOINCREMENT,
    priority INTEGER NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    match_conditions TEXT NOT NULL,
    action TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    class INTEGER NOT NULL UNIQUE,
    is_default INTEGER NOT NULL DEFAULT 0,
    packets_matched INTEGER NOT NULL DEFAULT 0,
    bytes_matched INTEGER NOT NULL DEFAULT 0
  )`,
  `CREATE TABLE sdwan_policy_stats (
    stat_id INTEGER PRIMARY KEY AUTOINCREMENT,
    policy_id INTEGER NOT NULL REFERENCES sdwan_policies ON DELETE CASCADE,
    timestamp INTEGER NOT NULL,
    packets_matched INTEGER NOT NULL,
    bytes_matched INTEGER NOT NULL,
    active_flows INTEGER
  )`,
  `CREATE INDEX sdwan_policy_stats_by_policy ON sdwan_policy_stats (policy_id, timestamp)`,
  `CREATE TABLE allocations (
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    value INTEGER NOT NULL,
    owner TEXT NOT NULL,
    allocated_at INTEGER NOT NULL,
    released_at INTEGER,
    PRIMARY KEY (kind, scope, value)
  ) WITHOUT ROWID`,
  `CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  // Names without regard to case, as COLLATE NOCASE has them in SQLite.
  if (isPostgres(db)) await sql`CREATE EXTENSION IF NOT EXISTS citext`.execute(db);
  for (const statement of statements) await sql.raw(statement).execute(db);
}
