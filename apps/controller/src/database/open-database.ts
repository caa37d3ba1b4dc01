import { openPostgres } from './open-postgres.ts';
import { openSqlite } from './open-sqlite.ts';
import type { Db } from './schema.ts';

/**
 * Opens the database that a URL names, `sqlite:FILE` (or only a file) or `postgres://USER@HOST/NAME`, and brings its tables up
 * to date. The same repositories work on both, and read the same JavaScript types from both.
 *
 * Errors: `database_newer` when it knows a migration that this program does not, `database_unavailable` when a server cannot
 * be reached or lets nobody in; it is then left as it was.
 */
export const openDatabase = (url: string): Promise<Db> =>
  isPostgresUrl(url) ? openPostgres(url) : openSqlite(sqliteFile(url));

export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** The file that a URL of an SQLite database names. */
export const sqliteFile = (url: string): string => url.replace(/^sqlite:/, '');
