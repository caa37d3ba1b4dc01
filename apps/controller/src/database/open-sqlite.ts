import { chmodSync, existsSync, rmSync } from 'node:fs';
import SqliteFile from 'better-sqlite3';
import { messageOf, PatronusError } from '@patronus/core';
import { Kysely, SqliteDialect } from 'kysely';
import { withKeptStatements } from './kept-statements.ts';
import { migrate, refuseNewer } from './migrate.ts';
import type { Database, Db } from './schema.ts';

/** How long a statement waits for another program that holds the file, such as a back-up or an operator's sqlite3. */
const busyTimeoutMs = 5_000;
/** Pages of the file that are kept, KiB: the kernel has the others at hand, and gives them back when memory is short. */
const cacheKib = 2_048;

/**
 * Opens the database file, makes it when it is missing, and brings its tables up to date.
 *
 * A commit is on disk before it returns: the write-ahead log is synced each time (`synchronous=FULL`), so that what was
 * acknowledged survives a killed process and a power cut.
 *
 * Errors: `database_newer` when the file knows a migration that this program does not; the file is then left as it was.
 */
export async function openSqlite(file: string): Promise<Db> {
  refuseNewer(file, await appliedToFile(file));
  const sqlite = opened(file);
  if (file !== ':memory:') chmodSync(file, 0o600);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma(`busy_timeout = ${busyTimeoutMs}`);
  sqlite.pragma(`cache_size = -${cacheKib}`);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: withKeptStatements(sqlite) }) });
  try {
    // Migrations that make a table anew drop the old one, and its rows would take all that refers to them along.
    sqlite.pragma('foreign_keys = OFF');
    await migrate(db);
    sqlite.pragma('foreign_keys = ON');
    return db;
  } catch (cause) {
    await db.destroy();
    throw cause;
  }
}

function opened(file: string): SqliteFile.Database {
  try {
    return new SqliteFile(file);
  } catch (cause) {
    const text = `the database ${file} cannot be opened: ${messageOf(cause)}; check that its directory is there and yours`;
    throw new PatronusError('invalid_input', text, { cause, facts: { file } });
  }
}

/** Names of the migrations that a file has; none where there is no file. Errors as {@link readSqlite}. */
export async function appliedToFile(file: string): Promise<string[]> {
  if (file === ':memory:' || !existsSync(file)) return [];
  return await readSqlite(file, (sqlite) => {
    const table = sqlite.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'kysely_migration'`).get();
    if (table === undefined) return [];
    return sqlite
      .prepare<[], { name: string }>('SELECT name FROM kysely_migration ORDER BY name')
      .all()
      .map((row) => row.name);
  });
}

/**
 * Looks at a file through a read-only handle, so that it keeps every byte, whether a controller has it open or not. Errors:
 * `internal` for a file that is no database or may not be read; what `work` throws of its own.
 */
export async function readSqlite<T>(file: string, work: (sqlite: SqliteFile.Database) => T | Promise<T>): Promise<T> {
  const besides = [`${file}-wal`, `${file}-shm`].filter((each) => !existsSync(each));
  let sqlite: SqliteFile.Database | undefined;
  try {
    sqlite = new SqliteFile(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    return await work(sqlite);
  } catch (cause) {
    if (cause instanceof PatronusError) throw cause;
    throw new PatronusError(
      'internal',
      `${file} cannot be read as a database: ${messageOf(cause)}; move it away, restore a back-up, or check who owns it`,
      { cause, facts: { file } },
    );
  } finally {
    sqlite?.close();
    // A reader of a file in WAL mode leaves these behind, empty.
    for (const each of besides) rmSync(each, { force: true });
  }
}
