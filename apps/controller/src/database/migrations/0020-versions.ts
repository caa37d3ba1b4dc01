import { sql, type Kysely } from 'kysely';

/** Counts the changes of a row, so that nobody overwrites what they have not seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['sdwan_sites', 'sdwan_endpoints', 'sdwan_policies']) {
    await sql.raw(`ALTER TABLE ${table} ADD COLUMN version INTEGER NOT NULL DEFAULT 1`).execute(db);
  }
}
