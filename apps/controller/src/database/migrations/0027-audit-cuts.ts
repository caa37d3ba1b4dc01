import { sql, type Kysely } from 'kysely';

/**
 * Where the audit log begins after rows were removed whose time was over. Only what a cut is above of can be removed; that
 * the controller made the cut is proven by its signature.
 */
const statements = [
  `CREATE TABLE sdwan_audit_cuts (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL
  )`,
  ...['UPDATE', 'DELETE'].map(
    (change) => `CREATE TRIGGER sdwan_audit_cuts_no_${change.toLowerCase()} BEFORE ${change} ON sdwan_audit_cuts
    BEGIN SELECT RAISE(ABORT, 'sdwan_audit_cuts is append-only'); END`,
  ),
  ...['sdwan_audit_log', 'sdwan_audit_anchors'].flatMap((table) => [
    `DROP TRIGGER ${table}_no_delete`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
      WHEN OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM sdwan_audit_cuts)
      BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
  ]),
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
