import { sql, type Kysely } from 'kysely';

const statements = [
  `CREATE TABLE device_sign_ins (
    device_hash TEXT PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    machine TEXT,
    address TEXT,
    decision TEXT,
    session_id TEXT REFERENCES sessions ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    polled_at INTEGER
  )`,
  `ALTER TABLE sessions ADD COLUMN machine TEXT`,
];

/** Programs that wait until somebody signs them in by a browser, and the machines that sessions are on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
