import { sql, type Kysely } from 'kysely';

/** What the outer packets of the tunnels of an uplink carry as their code point. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE sdwan_endpoints ADD COLUMN outer_dscp TEXT NOT NULL DEFAULT 'none'`.execute(db);
}
