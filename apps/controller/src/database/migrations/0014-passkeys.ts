import { sql, type Kysely } from 'kysely';

const statements = [
  `CREATE TABLE passkeys (
    credential_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    host TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
  )`,
  `CREATE INDEX passkeys_by_user ON passkeys (user_id)`,
  `CREATE TABLE passkey_challenges (
    challenge TEXT PRIMARY KEY,
    user_id TEXT REFERENCES users ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
  )`,
];

/** Keys in telephones and security sticks, in the place of passwords. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
