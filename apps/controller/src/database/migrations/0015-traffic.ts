import { sql, type Kysely } from 'kysely';

/** Packets and octets that policies matched, and octets that went out and came in by tunnels. */
const counts = ['packets_matched', 'bytes_matched', 'bytes_sent', 'bytes_received']
  .map((column) => `${column} INTEGER NOT NULL DEFAULT 0`)
  .join(', ');

/** By the width of their buckets. */
const history = ['traffic_10s', 'traffic_minute', 'traffic_hour'];

/**
 * Traffic of policies, sites, endpoints and paths. Like metrics, these rows do not reference what they are about: those of
 * what was removed fade out with their age. `traffic_pending` is empty between transactions: what shall be added to the
 * other tables stands in it while it is.
 */
const statements = [
  `ALTER TABLE sdwan_policies ADD COLUMN traffic_first_seen INTEGER`,
  `ALTER TABLE sdwan_policies ADD COLUMN traffic_last_updated INTEGER`,
  `CREATE TABLE traffic_pending (kind TEXT NOT NULL, object_id TEXT NOT NULL, ${counts}, PRIMARY KEY (kind, object_id))`,
  `CREATE TABLE traffic_totals (kind TEXT NOT NULL, object_id TEXT NOT NULL, ${counts}, first_seen INTEGER NOT NULL,
    last_updated INTEGER NOT NULL, PRIMARY KEY (kind, object_id)) WITHOUT ROWID`,
  `CREATE TABLE path_counters (
    edge_id TEXT NOT NULL REFERENCES edges ON DELETE CASCADE,
    path_id TEXT NOT NULL,
    bytes_sent INTEGER NOT NULL,
    bytes_received INTEGER NOT NULL,
    PRIMARY KEY (edge_id, path_id)
  ) WITHOUT ROWID`,
  ...history.flatMap((table) => [
    `CREATE TABLE ${table} (kind TEXT NOT NULL, object_id TEXT NOT NULL, bucket INTEGER NOT NULL, ${counts},
      PRIMARY KEY (kind, object_id, bucket)) WITHOUT ROWID`,
    `CREATE INDEX ${table}_by_time ON ${table} (bucket)`,
  ]),
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
