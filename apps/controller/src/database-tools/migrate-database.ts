import { existsSync } from 'node:fs';
import { PatronusError } from '@patronus/core';
import { DataDirectory } from '../data-directory.ts';
import { isPostgresUrl, openDatabase, sqliteFile } from '../database/open-database.ts';
import { missingMigrations } from '../database/migrate.ts';
import { appliedToPostgres, connectPostgres } from '../database/open-postgres.ts';
import { appliedToFile } from '../database/open-sqlite.ts';
import { placeOf } from '../database/postgres-connections.ts';
import { placeName, placeText } from '../database/postgres-failure.ts';
import { databaseUrl, type ControllerSettings } from '../settings.ts';

/** Where the database is, for people: a file, or a name and a server, without user and password. */
export function databasePlace(settings: ControllerSettings): string {
  const url = databaseUrl(settings);
  return isPostgresUrl(url) ? placeName(placeOf(url)) : sqliteFile(url);
}

/** Keeps controllers away from the data directory until it is disposed of. Errors: `conflict` while one runs on it. */
export const holdDataDirectory = (settings: ControllerSettings): Disposable => DataDirectory.hold(settings.dataDir);

/** The file of an SQLite database. Errors: `invalid_input` with PostgreSQL, `not_found` where there is none. */
export function existingSqliteFile(settings: ControllerSettings): string {
  const url = databaseUrl(settings);
  if (isPostgresUrl(url))
    throw new PatronusError('invalid_input', `${placeText(placeOf(url))} is not an SQLite database`);
  const file = sqliteFile(url);
  if (existsSync(file)) return file;
  throw new PatronusError('not_found', `there is no database ${file}; name its data directory with --data`);
}

/** Names of the migrations that the database has, oldest first. It is only read. */
export async function appliedMigrations(url: string): Promise<string[]> {
  if (!isPostgresUrl(url)) return await appliedToFile(sqliteFile(url));
  const db = connectPostgres(url);
  try {
    return await appliedToPostgres(db, placeOf(url));
  } finally {
    await db.destroy();
  }
}

/**
 * Makes the tables or brings them up to date, as a start of the controller does; answers the names of the migrations that were
 * needed. Errors: `conflict` while a controller runs on the data directory; those of `openDatabase`.
 */
export async function migrateDatabase(settings: ControllerSettings): Promise<string[]> {
  using _ = DataDirectory.hold(settings.dataDir);
  const missing = missingMigrations(await appliedMigrations(databaseUrl(settings)));
  await (await openDatabase(databaseUrl(settings))).destroy();
  return missing;
}
