import { sql } from 'kysely';
import type { Db } from '../database/schema.ts';

/** How many rows are a site's own. */
export interface SiteHoldings {
  readonly endpoints: number;
  /** Directed, from or to the site. */
  readonly paths: number;
  readonly enrolment_keys: number;
  readonly edges: number;
}

const endpointsOf = (siteId: string) => sql`(SELECT endpoint_id FROM sdwan_endpoints WHERE site_id = ${siteId})`;
const pathsOf = (siteId: string) =>
  sql`(source_endpoint_id IN ${endpointsOf(siteId)} OR dest_endpoint_id IN ${endpointsOf(siteId)})`;

/** A site with all that is its own, marked or counted in one statement per table. */
export const siteDeletionRepository = {
  /** Paths that went with their other end already keep the time at which they did. */
  async markDeleted(db: Db, siteId: string, at: number): Promise<void> {
    await sql`UPDATE sdwan_paths SET deleted_at = ${at} WHERE deleted_at IS NULL AND ${pathsOf(siteId)}`.execute(db);
    for (const table of siteTables) {
      await sql`UPDATE ${sql.table(table)} SET deleted_at = ${at} WHERE site_id = ${siteId}`.execute(db);
    }
  },

  /** Paths whose other end is deleted stay away until that is restored as well. How the others are is not known until their edges tell. */
  async markLive(db: Db, siteId: string): Promise<void> {
    for (const table of siteTables) {
      await sql`UPDATE ${sql.table(table)} SET deleted_at = NULL WHERE site_id = ${siteId}`.execute(db);
    }
    await sql`
      UPDATE sdwan_paths SET deleted_at = NULL, reported_at = NULL, health_status = 'unknown'
      WHERE ${pathsOf(siteId)} AND NOT EXISTS (
        SELECT 1 FROM sdwan_endpoints AS held
        WHERE held.endpoint_id IN (source_endpoint_id, dest_endpoint_id) AND held.deleted_at IS NOT NULL
      )`.execute(db);
  },

  async count(db: Db, siteId: string): Promise<SiteHoldings> {
    const { rows } = await sql<SiteHoldings>`
      SELECT
        (SELECT count(*) FROM sdwan_endpoints WHERE site_id = ${siteId}) AS endpoints,
        (SELECT count(*) FROM sdwan_paths WHERE ${pathsOf(siteId)}) AS paths,
        (SELECT count(*) FROM enrolment_keys WHERE site_id = ${siteId}) AS enrolment_keys,
        (SELECT count(*) FROM edges WHERE site_id = ${siteId} AND revoked_at IS NULL) AS edges`.execute(db);
    return rows[0]!;
  },
};

const siteTables = ['site_prefixes', 'sdwan_endpoints', 'sdwan_sites'];
