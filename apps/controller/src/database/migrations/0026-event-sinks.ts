import { sql, type Kysely } from 'kysely';

/** Where events are sent to, and what waits to be sent. A delivery with `dead_at` was given up. */
const statements = [
  `CREATE TABLE event_sinks (
    sink_id TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    kind TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    filter TEXT NOT NULL,
    target TEXT NOT NULL,
    secret TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_success_at INTEGER,
    last_failure_at INTEGER,
    last_error TEXT
  )`,
  `CREATE TABLE event_deliveries (
    delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
    sink_id TEXT NOT NULL REFERENCES event_sinks ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    event TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    dead_at INTEGER,
    last_error TEXT
  )`,
  `CREATE INDEX event_deliveries_by_sink ON event_deliveries (sink_id, dead_at, delivery_id)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
