import { sql, type Kysely } from 'kysely';

/** Counts the changes of more rows, so that nobody overwrites what they have not seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['users', 'api_keys', 'event_sinks', 'enrolment_keys']) {
    await sql.raw(`ALTER TABLE ${table} ADD COLUMN version INTEGER NOT NULL DEFAULT 1`).execute(db);
  }
}
