import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { isPostgres } from '../database/dialect.ts';
import type { Db } from '../database/index.ts';
import { postgresDatabase, serverVariable, type TestDatabase } from './postgres-databases.ts';

/** One with no rows: a file, in a directory of its own where nobody says which, or one on the server of the suite "postgres". */
export async function testDatabase(file?: string): Promise<TestDatabase> {
  const server = process.env[serverVariable];
  if (server !== undefined) return postgresDatabase(server);
  if (file !== undefined) return { url: `sqlite:${file}`, remove: async () => rmSync(file, { force: true }) };
  const directory = mkdtempSync(join(tmpdir(), 'patronus-database-'));
  return {
    url: `sqlite:${join(directory, 'patronus.db')}`,
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** From now on every INSERT or UPDATE of a table fails with this message, until {@link mendTable}. */
export async function breakTable(db: Db, table: string, event: 'INSERT' | 'UPDATE', message: string): Promise<void> {
  if (!isPostgres(db)) {
    await sql
      .raw(`CREATE TRIGGER broken BEFORE ${event} ON ${table} BEGIN SELECT RAISE(ABORT, '${message}'); END`)
      .execute(db);
    return;
  }
  await sql
    .raw(
      `CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '${message}'; END $$`,
    )
    .execute(db);
  await sql.raw(`CREATE TRIGGER broken BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION fail()`).execute(db);
}

export const mendTable = (db: Db, table: string): Promise<void> => dropTrigger(db, table, 'broken');

/** Runs statements with the triggers out of the way that keep the audit log append-only. */
export async function tamperWithAudit(db: Db, ...statements: readonly string[]): Promise<void> {
  if (isPostgres(db)) {
    await db.transaction().execute(async (transaction) => {
      await sql`SET LOCAL session_replication_role = replica`.execute(transaction);
      for (const statement of statements) await sql.raw(statement).execute(transaction);
    });
    return;
  }
  for (const table of ['sdwan_audit_log', 'sdwan_audit_anchors']) {
    for (const change of ['update', 'delete', 'replace']) await dropTrigger(db, table, `${table}_no_${change}`);
  }
  for (const statement of statements) await sql.raw(statement).execute(db);
}

async function dropTrigger(db: Db, table: string, trigger: string): Promise<void> {
  await sql.raw(`DROP TRIGGER IF EXISTS ${trigger}${isPostgres(db) ? ` ON ${table}` : ''}`).execute(db);
}

/** Names of all tables, in no order. */
export async function tableNames(db: Db): Promise<string[]> {
  const query = isPostgres(db)
    ? sql<{ name: string }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`
    : sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  return (await query.execute(db)).rows.map(({ name }) => name);
}
