import { sql, type Kysely } from 'kysely';

/**
 * What an edge can and cannot do beside its duty; the path that carries the second copy of a decision's packets; and what
 * became of copies on each path, as JSON of `PathCopyRecord`.
 */
const statements = [
  `ALTER TABLE edges ADD COLUMN drops_copies INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE edges ADD COLUMN unavailable TEXT NOT NULL DEFAULT '[]'`,
  `ALTER TABLE decisions ADD COLUMN copy_path_id TEXT`,
  `ALTER TABLE sdwan_paths ADD COLUMN copies TEXT`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
