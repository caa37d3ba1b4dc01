import { sql, type Kysely } from 'kysely';

const statements = [
  `ALTER TABLE users ADD COLUMN name TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE users ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1`,
  `ALTER TABLE users ADD COLUMN last_sign_in_at INTEGER`,
  `ALTER TABLE users ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE users ADD COLUMN deleted_at INTEGER`,
  `UPDATE users SET updated_at = created_at`,
  `CREATE TABLE password_links (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
  )`,
  `CREATE INDEX password_links_by_user ON password_links (user_id)`,
  `ALTER TABLE sessions ADD COLUMN address TEXT`,
  `ALTER TABLE sessions ADD COLUMN user_agent TEXT`,
  `ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0`,
  `UPDATE sessions SET last_used_at = created_at`,
  `CREATE INDEX sessions_by_user ON sessions (user_id)`,
];

/** Users that can be named, disabled and deleted, links by which they choose a password, and what their sessions tell. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
