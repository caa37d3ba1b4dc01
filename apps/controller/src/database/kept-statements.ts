import type SqliteFile from 'better-sqlite3';

/** What the query builder asks of a database. */
type Preparing = Pick<SqliteFile.Database, 'prepare' | 'close'>;

/** More than the program has of different short statements. */
const maxKept = 500;
/** Statements with a row per value are as many as there are counts of rows, and each would hold its text. */
const maxLength = 4_000;

/**
 * The same database with statements that are prepared once and used again: preparing costs about as much as running the
 * usual short statement. Nobody uses a statement while it runs, as each runs to its end at once.
 */
export function withKeptStatements(sqlite: SqliteFile.Database): Preparing {
  const kept = new Map<string, SqliteFile.Statement>();
  return {
    prepare: ((sql: string) => {
      const known = kept.get(sql);
      if (known !== undefined) return known;
      const made = sqlite.prepare(sql);
      if (kept.size < maxKept && sql.length <= maxLength) kept.set(sql, made);
      return made;
    }) as SqliteFile.Database['prepare'],
    close: () => {
      kept.clear();
      return sqlite.close();
    },
  };
}
