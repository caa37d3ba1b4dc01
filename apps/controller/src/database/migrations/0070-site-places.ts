import { sql, type Kysely } from 'kysely';

/** Where a site lies on a map, in degrees; null where nobody said. */
const statements = [
  'ALTER TABLE sdwan_sites ADD COLUMN latitude REAL',
  'ALTER TABLE sdwan_sites ADD COLUMN longitude REAL',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
