import type SqliteFile from 'better-sqlite3';

/** A table of an SQLite database, as far as it matters for copying it. */
export interface SqliteTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** The column that the database numbers itself, and the highest number that it ever gave; null where it numbers none. */
  readonly numbered: { readonly column: string; readonly highest: number } | null;
}

/** All tables but those of the migrator, each after those that it refers to. */
export function readSqliteTables(sqlite: SqliteFile.Database): SqliteTable[] {
  const names = sqlite
    .prepare<[], { name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%'`,
    )
    .all()
    .map(({ name }) => name);
  return inOrderOfReference(sqlite, names).map((name) => readTable(sqlite, name));
}

function inOrderOfReference(sqlite: SqliteFile.Database, names: readonly string[]): string[] {
  const references = sqlite.prepare<[string], { table: string }>('SELECT "table" FROM pragma_foreign_key_list(?)');
  const ordered = new Set<string>();
  const visit = (name: string): void => {
    if (ordered.has(name)) return;
    for (const { table } of references.all(name)) if (table !== name) visit(table);
    ordered.add(name);
  };
  names.forEach(visit);
  return [...ordered];
}

function readTable(sqlite: SqliteFile.Database, name: string): SqliteTable {
  const columns = sqlite
    .prepare<[string], { name: string; pk: number }>('SELECT name, pk FROM pragma_table_info(?)')
    .all(name);
  const { rows } = sqlite.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM "${name}"`).get()!;
  const counted = sqlite.prepare<[string], { seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?').get(name);
  const key = columns.find(({ pk }) => pk > 0)?.name;
  const numbered =
    counted === undefined || counted.seq === 0 || key === undefined ? null : { column: key, highest: counted.seq };
  return { name, columns: columns.map((column) => column.name), rows, numbered };
}
