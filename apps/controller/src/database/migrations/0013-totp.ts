import { sql, type Kysely } from 'kysely';

const statements = [
  `CREATE TABLE totp_devices (
    user_id TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret TEXT NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
  )`,
  `CREATE TABLE recovery_codes (
    code_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE
  )`,
  `CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id)`,
];

/** One-time codes as a second proof at the sign-in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
