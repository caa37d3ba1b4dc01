import { sql, type Kysely } from 'kysely';

/** What policies may match beside prefixes: tags and clocks of sites, and named lists of hosts. */
const statements = [
  `ALTER TABLE sdwan_sites ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'`,
  `ALTER TABLE sdwan_sites ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC'`,
  `CREATE TABLE host_sets (
    host_set_id TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    members TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
