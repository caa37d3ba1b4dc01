import { sql, type Kysely } from 'kysely';

/**
 * Classes of service, with those that every network starts with; how each uplink is shaped; and what edges last said of its
 * queues: `seen_` are the kernel's counters, the others what came since the class was made.
 */
const statements = [
  `ALTER TABLE sdwan_endpoints ADD COLUMN shaping TEXT NOT NULL DEFAULT 'off'`,
  `ALTER TABLE sdwan_endpoints ADD COLUMN policing INTEGER NOT NULL DEFAULT 0`,
  `CREATE TABLE qos_classes (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    guarantee_percent REAL NOT NULL,
    ceiling_percent REAL NOT NULL,
    priority INTEGER NOT NULL,
    trust_dscp TEXT NOT NULL,
    set_dscp INTEGER,
    is_default INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
  )`,
  `CREATE TABLE qos_lines (
    endpoint_id TEXT PRIMARY KEY REFERENCES sdwan_endpoints ON DELETE CASCADE,
    rate_bps REAL,
    queue TEXT,
    problem TEXT,
    reported_at INTEGER NOT NULL
  )`,
  `CREATE TABLE qos_queues (
    endpoint_id TEXT NOT NULL REFERENCES sdwan_endpoints ON DELETE CASCADE,
    number INTEGER NOT NULL REFERENCES qos_classes ON DELETE CASCADE,
    epoch TEXT NOT NULL,
    seen_packets INTEGER NOT NULL,
    seen_bytes INTEGER NOT NULL,
    seen_drops INTEGER NOT NULL,
    packets INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    drops INTEGER NOT NULL,
    backlog_bytes INTEGER NOT NULL,
    delay_ms REAL NOT NULL,
    PRIMARY KEY (endpoint_id, number)
  ) WITHOUT ROWID`,
];

/**
 * Number, name, guarantee, ceiling, priority, trusted DSCP, default. Code points by RFC 4594: EF, VOICE-ADMIT and CS5 are
 * telephony and its signalling; AF2x to AF4x, CS2 to CS4 and CS6 what a business runs on; CS1, AF1x and LE (RFC 8622) may wait.
 */
const first = [
  [1, 'realtime', 30, 100, 0, [40, 44, 46], 0],
  [2, 'business', 30, 100, 1, [16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 48], 0],
  [3, 'default', 30, 100, 2, [], 1],
  [4, 'bulk', 10, 100, 3, [1, 8, 10, 12, 14], 0],
] as const;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const now = Date.now();
  for (const [number, name, guarantee, ceiling, priority, trusted, isDefault] of first) {
    await sql`
      INSERT INTO qos_classes
        (number, name, guarantee_percent, ceiling_percent, priority, trust_dscp, is_default, created_at, updated_at)
      VALUES (${number}, ${name}, ${guarantee}, ${ceiling}, ${priority}, ${JSON.stringify(trusted)}, ${isDefault}, ${now}, ${now})`.execute(
      db,
    );
  }
}
