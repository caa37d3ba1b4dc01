import { sql, type Kysely } from 'kysely';
import { isPostgres } from '../dialect.ts';
import { makeAppendOnly } from './append-only.ts';

/**
 * Where the audit log begins after rows were removed whose time was over. Only what a cut is above of can be removed; that
 * the controller made the cut is proven by its signature.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const table = `CREATE TABLE sdwan_audit_cuts (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL
  )`;
  await sql.raw(table).execute(db);
  await makeAppendOnly(db, 'sdwan_audit_cuts');
  for (const statement of isPostgres(db) ? inPostgres : inSqlite) await sql.raw(statement).execute(db);
}

const tables = ['sdwan_audit_log', 'sdwan_audit_anchors'];

const inSqlite = tables.flatMap((table) => [
  `DROP TRIGGER ${table}_no_delete`,
  `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
    WHEN OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM sdwan_audit_cuts)
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
]);

const inPostgres = [
  `CREATE FUNCTION refuse_above_cut() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
      IF OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM sdwan_audit_cuts) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
      END IF;
      RETURN OLD;
    END $$`,
  ...tables.flatMap((table) => [
    `DROP TRIGGER ${table}_no_delete ON ${table}`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION refuse_above_cut()`,
  ]),
];
