import { chmodSync, existsSync, rmSync } from 'node:fs';
import SqliteFile from 'better-sqlite3';
import { messageOf, PatronusError } from '@patronus/core';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { withKeptStatements } from './kept-statements.ts';
import { migrations } from './migrations/index.ts';
import type { Database, Db } from './schema.ts';

/** How long a statement waits for another program that holds the file, such as a back-up or an operator's sqlite3. */
const busyTimeoutMs = 5_000;

/**
 * Opens the database file, makes it when it is missing, and brings its tables up to date.
 *
 * A commit is on disk before it returns: the write-ahead log is synced each time (`synchronous=FULL`), so that what was
 * acknowledged survives a killed process and a power cut.
 *
 * Errors: `database_newer` when the file knows a migration that this program does not; the file is then left as it was.
 */
export async function openDatabase(file: string): Promise<Db> {
  refuseNewer(file);
  const sqlite = opened(file);
  if (file !== ':memory:') chmodSync(file, 0o600);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma(`busy_timeout = ${busyTimeoutMs}`);
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

async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the first';
  throw new PatronusError('internal', `database migration ${failed} failed and was rolled back: ${messageOf(error)}`, {
    cause: error,
  });
}

/** Looks through a read-only handle, so that a refused file keeps every byte. */
function refuseNewer(file: string): void {
  if (file === ':memory:' || !existsSync(file)) return;
  const unknown = appliedMigrations(file).filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new PatronusError(
    'database_newer',
    `${file} was written by a newer version of Patronus (it has ${unknown.join(', ')}); ` +
      'start that version, or restore a back-up made by this one. The file was not changed',
    { facts: { file, unknown } },
  );
}

function appliedMigrations(file: string): string[] {
  const besides = [`${file}-wal`, `${file}-shm`].filter((each) => !existsSync(each));
  let sqlite: SqliteFile.Database | undefined;
  try {
    sqlite = new SqliteFile(file, { readonly: true });
    const table = sqlite.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'kysely_migration'`).get();
    if (table === undefined) return [];
    return sqlite
      .prepare<[], { name: string }>('SELECT name FROM kysely_migration')
      .all()
      .map((row) => row.name);
  } catch (cause) {
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
