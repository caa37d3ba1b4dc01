import { sql, type Kysely } from 'kysely';
import { isPostgres } from '../dialect.ts';

const log = 'sdwan_audit_log';

/**
 * Personal data can be taken out of rows of the audit log: what is left is signed, and only rows of which that is so can be
 * changed. From now on rows have a salt, so that what was taken out cannot be found by guessing what fits the hash.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    `ALTER TABLE ${log} ADD COLUMN salt TEXT`,
    `CREATE TABLE sdwan_audit_erasures (
      sequence INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      hash TEXT NOT NULL,
      key_id TEXT NOT NULL,
      signature TEXT NOT NULL
    )`,
    ...(isPostgres(db) ? inPostgres : inSqlite),
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** What an erasure leaves as it was. */
const kept = ['sequence', 'time', 'actor_type', 'action', 'target_type', 'result', 'previous_hash', 'hash'];

const isNoErasure = `NEW.salt IS NOT NULL
  OR NOT EXISTS (SELECT 1 FROM sdwan_audit_erasures AS erased WHERE erased.sequence = OLD.sequence)
  OR ${kept.map((column) => `NEW.${column} <> OLD.${column}`).join(' OR ')}`;

const inSqlite = [
  `DROP TRIGGER ${log}_no_update`,
  `CREATE TRIGGER ${log}_no_update BEFORE UPDATE ON ${log} WHEN ${isNoErasure}
    BEGIN SELECT RAISE(ABORT, '${log} is append-only'); END`,
];

const inPostgres = [
  `CREATE FUNCTION refuse_but_erasure() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
      IF ${isNoErasure} THEN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF;
      RETURN NEW;
    END $$`,
  `DROP TRIGGER ${log}_no_update ON ${log}`,
  `CREATE TRIGGER ${log}_no_update BEFORE UPDATE ON ${log} FOR EACH ROW EXECUTE FUNCTION refuse_but_erasure()`,
];
