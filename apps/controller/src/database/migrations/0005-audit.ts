import { sql, type Kysely } from 'kysely';
import { makeAppendOnly } from './append-only.ts';

/** Who did what. */
const statements = [
  `CREATE TABLE sdwan_audit_log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    actor_type TEXT NOT NULL,
    actor_id TEXT,
    actor TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT,
    target TEXT,
    result TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
  )`,
  `CREATE TABLE sdwan_audit_anchors (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  for (const table of ['sdwan_audit_log', 'sdwan_audit_anchors']) await makeAppendOnly(db, table);
}
