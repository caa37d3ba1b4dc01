import { PatronusError } from '@patronus/core';
import { HandleEmptyInListsPlugin, Kysely, PostgresDialect, replaceWithNoncontingentExpression, sql } from 'kysely';
import { migrate, missingMigrations, refuseNewer } from './migrate.ts';
import { PostgresConnections, placeOf } from './postgres-connections.ts';
import { placeText, type PostgresPlace } from './postgres-failure.ts';
import { PostgresMigrationDialect } from './postgres-words.ts';
import type { Database, Db } from './schema.ts';

/** `pg_xact_status` and trusted extensions are there since then. */
const oldestVersion = 13;

/**
 * Opens a database on a PostgreSQL server and brings its tables up to date.
 *
 * Errors: `database_unavailable` when it cannot be reached or lets nobody in; `database_newer` when it knows a migration that
 * this program does not; `invalid_input` for a URL, server or encoding that will not do. It is then left as it was.
 */
export async function openPostgres(url: string): Promise<Db> {
  const db = connectPostgres(url);
  try {
    const applied = await appliedToPostgres(db, placeOf(url));
    if (missingMigrations(applied).length > 0) await migratePostgres(url);
    return db;
  } catch (cause) {
    await db.destroy();
    throw cause;
  }
}

/** A handle that connects when it is first used, and changes no tables. Errors: `invalid_input` for a URL that is none. */
export const connectPostgres = (url: string): Db =>
  new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new PostgresConnections(url) }),
    // SQLite takes an empty list.
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });

/** Looks at the server and answers the names of the migrations that the database has. Errors as {@link openPostgres}. */
export async function appliedToPostgres(db: Db, at: PostgresPlace): Promise<string[]> {
  const place = placeText(at);
  const { rows } = await sql<{ version: number; encoding: string; has_migrations: number }>`
    SELECT current_setting('server_version_num')::bigint / 10000 AS version,
      current_setting('server_encoding') AS encoding,
      to_regclass('kysely_migration') IS NOT NULL AS has_migrations`.execute(db);
  const { version, encoding, has_migrations: hasMigrations } = rows[0]!;
  if (version < oldestVersion) {
    const text = `${place} is PostgreSQL ${version}; Patronus needs ${oldestVersion} or newer`;
    throw new PatronusError('invalid_input', text, { facts: { version } });
  }
  if (encoding !== 'UTF8') {
    const text = `${place} has the encoding ${encoding}; make one with: createdb --encoding=UTF8 --template=template0 NAME`;
    throw new PatronusError('invalid_input', text, { facts: { encoding } });
  }
  if (hasMigrations === 0) return [];
  const applied = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db);
  const names = applied.rows.map(({ name }) => name);
  refuseNewer(place, names);
  return names;
}

/** The migrator locks, so that of two controllers that start together one migrates and the other waits. */
async function migratePostgres(url: string): Promise<string[]> {
  const pool = new PostgresConnections(url, { unhurried: true });
  const db = new Kysely<unknown>({ dialect: new PostgresMigrationDialect({ pool }) });
  try {
    return await migrate(db);
  } finally {
    await db.destroy();
  }
}
