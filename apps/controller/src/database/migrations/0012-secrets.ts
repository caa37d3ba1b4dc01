import { sql, type Kysely } from 'kysely';

/** Keys that secrets in other tables are encrypted with, themselves encrypted with one that is not in the database. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `CREATE TABLE data_keys (
        key_id TEXT PRIMARY KEY,
        wrapped TEXT NOT NULL,
        master_key_id TEXT NOT NULL,
        created_at INTEGER NOT NULL
      )`,
    )
    .execute(db);
}
