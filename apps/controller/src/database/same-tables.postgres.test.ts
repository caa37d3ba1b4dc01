import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../testing/index.ts';
import { openDatabase } from './open-database.ts';
import type { Db } from './schema.ts';

let database: TestDatabase;
let postgres: Db;
let sqlite: Db;
beforeAll(async () => {
  database = await testDatabase();
  [postgres, sqlite] = await Promise.all([openDatabase(database.url), openDatabase('sqlite::memory:')]);
});
afterAll(async () => {
  await Promise.all([postgres.destroy(), sqlite.destroy()]);
  await database.remove();
});

/** How PostgreSQL keeps what SQLite keeps; numbers of 32 bits, and text in the order of some language, are not among it. */
const types: Readonly<Record<string, string>> = {
  INTEGER: 'int8',
  BIGINT: 'int8',
  REAL: 'float8',
  BLOB: 'bytea',
  TEXT: 'text, by bytes',
  NOCASE: 'citext, by bytes',
};

it('both databases have the same tables and columns, of types that hold the same', async () => {
  const { rows: tables } = await sql<{ name: string; sql: string }>`
    SELECT name, sql FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%'`.execute(sqlite);
  const expected = [];
  for (const { name: table, sql: definition } of tables) {
    const columns = await sql<{ name: string; type: string; notnull: number; pk: number }>`
      SELECT name, type, "notnull", pk FROM pragma_table_info(${table})`.execute(sqlite);
    for (const { name, type, notnull, pk } of columns.rows) {
      const isNocase = new RegExp(`\\b${name} TEXT[^,]*COLLATE NOCASE`).test(definition);
      const isNullable = notnull === 0 && pk === 0 ? 'nullable' : 'not null';
      expected.push(`${table}.${name}: ${types[isNocase ? 'NOCASE' : type]}, ${isNullable}`);
    }
  }
  const { rows } = await sql<{ line: string }>`
    SELECT table_name || '.' || column_name || ': ' || udt_name
      || CASE collation_name WHEN 'C' THEN ', by bytes' ELSE coalesce(', by ' || collation_name, '') END
      || CASE is_nullable WHEN 'YES' THEN ', nullable' ELSE ', not null' END AS line
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely_%'
      AND table_name <> 'highest_numbers'`.execute(postgres);
  expect(rows.map(({ line }) => line).toSorted()).toEqual(expected.toSorted());
});

it('both databases have the same indexes and references', async () => {
  const names = async (db: Db, query: string) =>
    (await sql.raw<{ name: string }>(query).execute(db)).rows.map(({ name }) => name).toSorted();
  const written = await names(sqlite, `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`);
  const indexes = await names(postgres, `SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'`);
  expect(indexes).toEqual(expect.arrayContaining(written));
  const references = await names(
    sqlite,
    `SELECT t.name || ' to ' || f."table" || ' ' || f.on_delete AS name
      FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table'`,
  );
  const constraints = await names(
    postgres,
    `SELECT conrelid::regclass || ' to ' || confrelid::regclass
      || CASE confdeltype WHEN 'c' THEN ' CASCADE' WHEN 'n' THEN ' SET NULL' WHEN 'r' THEN ' RESTRICT' ELSE ' NO ACTION' END AS name
      FROM pg_constraint WHERE contype = 'f'`,
  );
  expect(constraints).toEqual(references);
});
