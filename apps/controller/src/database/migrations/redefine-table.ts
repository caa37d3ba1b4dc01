import { sql, type Kysely } from 'kysely';
import { isPostgres } from '../dialect.ts';

/** A phrase of a definition, and what takes its place. */
type Replacement = readonly [phrase: string, by: string];

/**
 * Makes a table anew with phrases of its definition changed, which SQLite cannot do in place. Rows, indexes and columns
 * that other migrations have added come along. Foreign keys must not be enforced meanwhile: dropping the old table would
 * delete whatever refers to it. PostgreSQL can do it in place: `inPostgres` are the ALTER TABLE statements to the same end.
 */
export async function redefineTable(
  db: Kysely<unknown>,
  table: string,
  replacements: readonly Replacement[],
  inPostgres: readonly string[],
): Promise<void> {
  if (isPostgres(db)) {
    for (const statement of inPostgres) await sql.raw(statement).execute(db);
    return;
  }
  const { rows } = await sql<{ type: string; sql: string }>`
    SELECT type, sql FROM sqlite_master WHERE tbl_name = ${table} AND sql IS NOT NULL`.execute(db);
  const definition = rows.find(({ type }) => type === 'table')?.sql ?? '';
  const anew = `${table}_anew`;
  const body = replacements.reduce(
    (text, [phrase, by]) => {
      if (!text.includes(phrase)) throw new Error(`the definition of ${table} has no "${phrase}"`);
      return text.replace(phrase, by);
    },
    definition.slice(definition.indexOf('(')),
  );
  await sql.raw(`CREATE TABLE ${anew} ${body}`).execute(db);
  await sql.raw(`INSERT INTO ${anew} SELECT * FROM ${table}`).execute(db);
  await keepSequence(db, table, anew);
  await sql.raw(`DROP TABLE ${table}`).execute(db);
  await sql.raw(`ALTER TABLE ${anew} RENAME TO ${table}`).execute(db);
  for (const { type, sql: index } of rows) if (type === 'index') await sql.raw(index).execute(db);
}

/** Ids that were given once are not given again, even when their rows are gone. */
async function keepSequence(db: Kysely<unknown>, table: string, anew: string): Promise<void> {
  await sql`
    UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = ${table})
    WHERE name = ${anew}`.execute(db);
}

/** Errors: when rows refer to what is not there, as may be after tables were made anew. PostgreSQL never lets it happen. */
export async function checkReferences(db: Kysely<unknown>): Promise<void> {
  if (isPostgres(db)) return;
  const { rows } = await sql`PRAGMA foreign_key_check`.execute(db);
  if (rows.length > 0) throw new Error(`${rows.length} rows refer to what is not there`);
}
