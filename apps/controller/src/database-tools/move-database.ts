import SqliteFile from 'better-sqlite3';
import { messageOf, PatronusError } from '@patronus/core';
import { sql, type Transaction } from 'kysely';
import { DataDirectory } from '../data-directory.ts';
import { isPostgresUrl, openDatabase } from '../database/open-database.ts';
import { openPostgres } from '../database/open-postgres.ts';
import { placeOf } from '../database/postgres-connections.ts';
import { placeName, placeText } from '../database/postgres-failure.ts';
import type { Db, DbTransaction } from '../database/schema.ts';
import { inTransaction } from '../database/transaction.ts';
import type { AuditVerification } from '../services/audit-service.ts';
import type { ControllerSettings } from '../settings.ts';
import { verifyAudit } from './check-database.ts';
import { appliedMigrations, existingSqliteFile } from './migrate-database.ts';
import { readSqliteTables, type SqliteTable } from './sqlite-tables.ts';

/** A statement of PostgreSQL takes 65,535 parameters. */
const maxParameters = 60_000;
const maxRows = 2_000;

export interface MovedDatabase {
  readonly from: string;
  readonly to: string;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** Of the database that was moved to; null where the data directory has no key to verify it by. */
  readonly audit: AuditVerification | null;
}

/**
 * Copies an SQLite database into an empty one on a PostgreSQL server, all or nothing: rows, the numbers that were given, and how
 * far the audit log has come. The rows of each table are counted on both sides before it is stored, and the audit log is
 * verified after. The file stays as it is, but for migrations that it lacked.
 *
 * Errors: `conflict` while a controller runs, or where the other database has rows already; `invalid_input` for a URL that is
 * not PostgreSQL's; those of opening either.
 */
export async function moveDatabase(settings: ControllerSettings, to: string): Promise<MovedDatabase> {
  if (!isPostgresUrl(to)) {
    throw new PatronusError(
      'invalid_input',
      '--to: it is moved to PostgreSQL only; write postgres://USER@HOST:PORT/NAME',
    );
  }
  using _ = DataDirectory.hold(settings.dataDir);
  const from = existingSqliteFile(settings);
  await (await openDatabase(from)).destroy();
  const target = await openPostgres(to);
  const source = new SqliteFile(from, { readonly: true });
  try {
    const tables = readSqliteTables(source);
    await inTransaction(target, async (db) => {
      await refuseRows(db, tables, placeText(placeOf(to)));
      for (const table of tables) await copyTable(source, db, table);
      for (const table of tables) await keepNumbers(db, table);
    });
    const audit = await verifyAudit(settings, target, await appliedMigrations(to));
    return { from, to: placeName(placeOf(to)), tables: tables.map(({ name, rows }) => ({ name, rows })), audit };
  } finally {
    source.close();
    await target.destroy();
  }
}

const countOf = async (db: Db | DbTransaction, table: string): Promise<number> => {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM ${sql.table(table)}`.execute(db);
  return rows[0]!.count;
};

/** What migrations fill by themselves: in a database that is empty otherwise, these rows give way to those that come. */
const filledByMigrations: readonly string[] = ['qos_classes'];

async function refuseRows(db: DbTransaction, tables: readonly SqliteTable[], place: string): Promise<void> {
  for (const { name } of tables) {
    if (filledByMigrations.includes(name) || (await countOf(db, name)) === 0) continue;
    throw new PatronusError('conflict', `${place} has rows in ${name} already; move into an empty database`);
  }
  for (const name of filledByMigrations) await sql`DELETE FROM ${sql.table(name)}`.execute(db);
}

async function copyTable(source: SqliteFile.Database, db: DbTransaction, table: SqliteTable): Promise<void> {
  const batch = Math.min(maxRows, Math.floor(maxParameters / table.columns.length));
  const into = (db as unknown as Transaction<Record<string, Record<string, unknown>>>).insertInto(table.name);
  let rows: Record<string, unknown>[] = [];
  const flush = async (): Promise<void> => {
    if (rows.length > 0) await into.values(rows).execute();
    rows = [];
  };
  try {
    const query = source.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table.name}"`).safeIntegers();
    for (const row of query.iterate()) {
      rows.push(row);
      if (rows.length === batch) await flush();
    }
    await flush();
  } catch (cause) {
    const code = cause instanceof PatronusError ? cause.code : 'internal';
    throw new PatronusError(code, `the rows of ${table.name} cannot be moved: ${messageOf(cause)}`, { cause });
  }
  const copied = await countOf(db, table.name);
  if (copied === table.rows) return;
  throw new PatronusError('internal', `of ${table.rows} rows of ${table.name} ${copied} arrived; nothing was moved`);
}

/** Numbers that rows once had are not given again. */
async function keepNumbers(db: DbTransaction, { name, numbered }: SqliteTable): Promise<void> {
  if (numbered === null) return;
  await sql`
    SELECT setval(pg_get_serial_sequence(${name}, ${numbered.column}), ${numbered.highest}::bigint)`.execute(db);
  await sql`
    INSERT INTO highest_numbers AS kept SELECT ${name}, ${numbered.highest}::bigint
    WHERE EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = ${`${name}_highest`})
    ON CONFLICT (table_name) DO UPDATE SET highest = greatest(kept.highest, excluded.highest)`.execute(db);
}
