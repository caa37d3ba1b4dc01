import { sql, type Kysely } from 'kysely';

/** A row may come after the last one and then stays as it is: `INSERT OR REPLACE` takes rows away without a DELETE. */
const appendOnly = (table: string): string[] => [
  ...['UPDATE', 'DELETE'].map(
    (change) => `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
  ),
  `CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table}
    WHEN EXISTS (SELECT 1 FROM ${table} WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
];

/** Who did what. SQLite remembers the highest number of an AUTOINCREMENT column, even of rows that are gone. */
const statements = [
  `CREATE TABLE sdwan_audit_log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    actor_type TEXT NOT NULL,
    actor_id TEXT,
    actor TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT,
    target TEXT,
    result TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
  )`,
  `CREATE TABLE sdwan_audit_anchors (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL
  )`,
  ...appendOnly('sdwan_audit_log'),
  ...appendOnly('sdwan_audit_anchors'),
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
