import { sql, type RawBuilder } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Db } from './schema.ts';

/*
 * What SQLite and PostgreSQL say differently, said once. Queries that Kysely's builder makes are the same on both; the rules
 * for those that are written by hand are in docs/databases.md.
 */

/** Whether a column holds this text, upper and lower case told apart. */
export const contains = (column: string, text: string): RawBuilder<boolean> =>
  sql<boolean>`length(replace(${sql.ref(column)}, ${text}, '')) < length(${sql.ref(column)})`;

/** The same, whatever the case of its letters; SQLite knows those of ASCII only. */
export const containsFolded = (column: string, text: string): RawBuilder<boolean> => {
  const folded = sql`lower(cast(${text} as text))`;
  return sql<boolean>`length(replace(lower(${sql.ref(column)}), ${folded}, '')) < length(${sql.ref(column)})`;
};

/** The highest number that a row of an append-only table ever had, even of rows that are gone; null before the first. */
export const highestEver = (db: Db, table: string): RawBuilder<number | null> =>
  isPostgres(db)
    ? sql`(SELECT highest FROM highest_numbers WHERE table_name = ${table})`
    : sql`(SELECT seq FROM sqlite_sequence WHERE name = ${table})`;
