import { sql, type Kysely } from 'kysely';

/** Who took note of an event, and when; null until somebody does. */
const statements = [
  `ALTER TABLE events ADD COLUMN acknowledged_at INTEGER`,
  `ALTER TABLE events ADD COLUMN acknowledged_by TEXT`,
  // Of a million events few are serious and open, and these are asked for all the time.
  `CREATE INDEX events_open ON events (timestamp, seq) WHERE acknowledged_at IS NULL AND severity <> 'info'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
