import { sql, type Kysely } from 'kysely';

/** Where the packets of a path's far end, which is behind NAT and calls, come from as the edge at its source sees it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE sdwan_paths ADD COLUMN remote_address TEXT`.execute(db);
  await sql`ALTER TABLE sdwan_paths ADD COLUMN remote_port INTEGER`.execute(db);
}
