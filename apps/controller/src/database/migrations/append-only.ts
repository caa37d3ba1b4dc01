import { sql, type Kysely } from 'kysely';
import { isPostgres } from '../dialect.ts';

/** From now on rows of this table, which is numbered by `sequence`, can be added after the last one and nothing else. */
export async function makeAppendOnly(db: Kysely<unknown>, table: string): Promise<void> {
  for (const statement of isPostgres(db) ? inPostgres(table) : inSqlite(table)) await sql.raw(statement).execute(db);
}

/** A row may come after the last one and then stays as it is: `INSERT OR REPLACE` takes rows away without a DELETE. */
const inSqlite = (table: string): string[] => [
  ...['UPDATE', 'DELETE'].map(
    (change) => `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
  ),
  `CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table}
    WHEN EXISTS (SELECT 1 FROM ${table} WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
];

/** SQLite remembers the highest number of an AUTOINCREMENT column, even of rows that are gone; here a table does. */
const inPostgres = (table: string): string[] => [
  `CREATE TABLE IF NOT EXISTS highest_numbers (table_name TEXT PRIMARY KEY, highest INTEGER NOT NULL)`,
  `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$`,
  `CREATE OR REPLACE FUNCTION keep_highest_number() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
      INSERT INTO highest_numbers AS kept VALUES (TG_TABLE_NAME, NEW.sequence)
        ON CONFLICT (table_name) DO UPDATE SET highest = greatest(kept.highest, excluded.highest);
      RETURN NULL;
    END $$`,
  ...['UPDATE', 'DELETE', 'TRUNCATE'].map(
    (change) => `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
    FOR EACH ${change === 'TRUNCATE' ? 'STATEMENT' : 'ROW'} EXECUTE FUNCTION refuse_change()`,
  ),
  `CREATE TRIGGER ${table}_highest AFTER INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION keep_highest_number()`,
];
