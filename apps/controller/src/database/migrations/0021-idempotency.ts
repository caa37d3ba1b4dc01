import { sql, type Kysely } from 'kysely';

/** What was made under an idempotency key, so that asking again makes nothing more. Keys are kept as hashes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `CREATE TABLE idempotency_keys (
    caller TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    object_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (caller, key_hash)
  )`,
    )
    .execute(db);
  await sql.raw('CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)').execute(db);
}
