import { sql, type Kysely } from 'kysely';

/** Endpoints that were deleted alone, so that they can be restored; their slot, device and address are free meanwhile. */
const statements = [
  `CREATE TABLE deleted_endpoints (
    endpoint_id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sdwan_sites ON DELETE CASCADE,
    slot INTEGER NOT NULL,
    fields TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL
  )`,
  `CREATE INDEX deleted_endpoints_by_site ON deleted_endpoints (site_id)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
