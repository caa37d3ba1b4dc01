import { sql, type Kysely } from 'kysely';

/** How the traffic of a path arrives: the share that was overtaken, and the share that came twice, as last reported. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ['reordering_percent', 'duplication_percent']) {
    await sql.raw(`ALTER TABLE sdwan_paths ADD COLUMN ${column} REAL`).execute(db);
  }
}
