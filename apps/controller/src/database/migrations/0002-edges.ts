import { sql, type Kysely } from 'kysely';

/** Edges: how they are enrolled and trusted, and the state of their documents. */
const statements = [
  `CREATE TABLE edges (
    edge_id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    identity_key TEXT NOT NULL,
    hostname TEXT NOT NULL,
    enrolment_key_id TEXT,
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER,
    last_seen_at INTEGER,
    program_version TEXT,
    telemetry_sequence INTEGER NOT NULL DEFAULT 0,
    uplinks TEXT NOT NULL DEFAULT '[]',
    clock_skew_ms INTEGER
  )`,
  `CREATE UNIQUE INDEX edges_one_active_per_site ON edges (site_id) WHERE revoked_at IS NULL`,
  `CREATE TABLE enrolment_keys (
    key_id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    secret_hash TEXT NOT NULL UNIQUE,
    max_uses INTEGER NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0,
    replace_edge INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL
  )`,
  `CREATE TABLE tunnel_keys (
    site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    tunnel TEXT NOT NULL,
    public_key TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, tunnel)
  ) WITHOUT ROWID`,
  `CREATE TABLE site_configs (
    site_id TEXT PRIMARY KEY REFERENCES sdwan_sites ON DELETE CASCADE,
    version TEXT NOT NULL,
    compiled_at INTEGER NOT NULL,
    applied_version TEXT,
    applied_at INTEGER,
    apply_ms REAL,
    rejected_version TEXT,
    rejected_reason TEXT
  ) WITHOUT ROWID`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
