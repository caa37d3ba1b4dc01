import { sql, type Kysely } from 'kysely';

const statements = [
  `CREATE TABLE path_overrides (
    path_id TEXT PRIMARY KEY REFERENCES sdwan_paths ON DELETE CASCADE,
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    since INTEGER NOT NULL,
    expires_at INTEGER
  ) WITHOUT ROWID`,
  `CREATE INDEX path_overrides_by_end ON path_overrides (expires_at)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
