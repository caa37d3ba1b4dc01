import { sql, type Kysely } from 'kysely';

const statements = [
  `CREATE TABLE identities (
    identity_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    manages_user INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    UNIQUE (issuer, subject)
  )`,
  `CREATE INDEX identities_by_user ON identities (user_id)`,
  `CREATE TABLE sign_on_requests (
    secret_hash TEXT PRIMARY KEY,
    session_id TEXT REFERENCES sessions ON DELETE CASCADE,
    return_to TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  )`,
];

/** What users are called by services of single sign-on, and the sign-ins that are under way there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
