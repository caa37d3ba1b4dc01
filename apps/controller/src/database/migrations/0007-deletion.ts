import { sql, type Kysely } from 'kysely';
import { checkReferences, redefineTable } from './redefine-table.ts';

/** `deleted_at` is null while a row is live. */
const marks = ['sdwan_sites', 'site_prefixes', 'sdwan_endpoints', 'sdwan_paths', 'sdwan_policies'].map(
  (table) => `ALTER TABLE ${table} ADD COLUMN deleted_at INTEGER`,
);

/** What was deleted lets others have its name, prefixes and addresses, but keeps its numbers. */
const indexes = [
  `DROP INDEX site_prefixes_by_site`,
  `DROP INDEX sdwan_endpoints_by_address`,
  `CREATE UNIQUE INDEX sdwan_sites_by_name ON sdwan_sites (name) WHERE deleted_at IS NULL`,
  `CREATE UNIQUE INDEX sdwan_policies_by_name ON sdwan_policies (name) WHERE deleted_at IS NULL`,
  `CREATE UNIQUE INDEX site_prefixes_by_prefix ON site_prefixes (prefix) WHERE deleted_at IS NULL`,
  `CREATE UNIQUE INDEX sdwan_endpoints_by_address ON sdwan_endpoints (address)
    WHERE nat = 0 AND address IS NOT NULL AND deleted_at IS NULL`,
];

/** Sites and policies that were deleted stay for a while, so that they can be restored. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of marks) await sql.raw(statement).execute(db);
  const unique = 'name TEXT NOT NULL COLLATE NOCASE UNIQUE';
  for (const table of ['sdwan_sites', 'sdwan_policies']) {
    await redefineTable(
      db,
      table,
      [[unique, unique.replace(' UNIQUE', '')]],
      [`ALTER TABLE ${table} DROP CONSTRAINT ${table}_name_key`],
    );
  }
  await redefineTable(
    db,
    'site_prefixes',
    [
      ['prefix TEXT PRIMARY KEY', 'prefix TEXT NOT NULL'],
      [') WITHOUT ROWID', ', PRIMARY KEY (site_id, prefix)) WITHOUT ROWID'],
    ],
    ['ALTER TABLE site_prefixes DROP CONSTRAINT site_prefixes_pkey, ADD PRIMARY KEY (site_id, prefix)'],
  );
  for (const statement of indexes) await sql.raw(statement).execute(db);
  await checkReferences(db);
}
