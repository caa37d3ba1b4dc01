import { sql, type Insertable, type Updateable } from 'kysely';
import { contains } from '../database/portable-sql.ts';
import type { Db, PolicyTable } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

/** A policy without its counters: the live ones are not in the table. */
export interface PolicyRow {
  policy_id: number;
  class: number;
  priority: number;
  name: string;
  description: string;
  match_conditions: string;
  action: string;
  enabled: number;
  is_default: number;
  created_at: number;
  updated_at: number;
  version: number;
  deleted_at: number | null;
}

const plainColumns = [
  'policy_id',
  'class',
  'priority',
  'name',
  'description',
  'match_conditions',
  'action',
  'enabled',
  'is_default',
  'created_at',
  'updated_at',
  'version',
  'deleted_at',
] as const;

const select = (db: Db, standing: Standing) =>
  db.selectFrom('sdwan_policies').select(plainColumns).where('deleted_at', deletedAt[standing], null);

export const policyRepository = {
  /** In order of evaluation: the default policy is last. */
  list: (db: Db, standing: Standing = 'live'): Promise<PolicyRow[]> =>
    select(db, standing).orderBy('is_default').orderBy('priority', 'desc').orderBy('policy_id').execute(),

  find: (db: Db, policyId: number, standing: Standing = 'live'): Promise<PolicyRow | undefined> =>
    select(db, standing).where('policy_id', '=', policyId).executeTakeFirst(),

  findByName: (db: Db, name: string): Promise<PolicyRow | undefined> =>
    select(db, 'live').where('name', '=', name).executeTakeFirst(),

  /** Those whose conditions or action hold this text; few of thousands have to be parsed to see what it means in them. */
  listMentioning: (db: Db, text: string, standing: Standing = 'live'): Promise<PolicyRow[]> =>
    select(db, standing)
      .where((eb) => eb.or([contains('match_conditions', text), contains('action', text)]))
      .orderBy('priority', 'desc')
      .orderBy('policy_id')
      .execute(),

  listDeletedBefore: (db: Db, before: number): Promise<PolicyRow[]> =>
    select(db, 'deleted').where('deleted_at', '<=', before).execute(),

  async insert(db: Db, row: Insertable<PolicyTable>): Promise<number> {
    const made = await db.insertInto('sdwan_policies').values(row).returning('policy_id').executeTakeFirstOrThrow();
    return made.policy_id;
  },

  async update(db: Db, policyId: number, changes: Updateable<PolicyTable>): Promise<void> {
    await db
      .updateTable('sdwan_policies')
      .set({ ...changes, version: sql<number>`version + 1` })
      .where('policy_id', '=', policyId)
      .execute();
  },

  /** Marks it deleted at a time, or live again; its version stays, as nothing of what people set changes. */
  async setDeleted(db: Db, policyId: number, at: number | null): Promise<void> {
    await db.updateTable('sdwan_policies').set({ deleted_at: at }).where('policy_id', '=', policyId).execute();
  },

  async delete(db: Db, policyId: number): Promise<void> {
    await db.deleteFrom('sdwan_policies').where('policy_id', '=', policyId).execute();
  },

  /** Ids of live policies, or of deleted ones too. */
  async listIds(db: Db, standing: 'live' | 'any' = 'live'): Promise<number[]> {
    const rows = await db
      .selectFrom('sdwan_policies')
      .select('policy_id')
      .$if(standing === 'live', (query) => query.where('deleted_at', 'is', null))
      .execute();
    return rows.map((row) => row.policy_id);
  },

  async resetCounts(db: Db, policyId: number): Promise<void> {
    await db
      .updateTable('sdwan_policies')
      .set({ packets_matched: 0, bytes_matched: 0, traffic_first_seen: null, traffic_last_updated: null })
      .where('policy_id', '=', policyId)
      .execute();
  },

  /** Writes down every policy's counters that moved since they were last written down, with its flows where these are known. */
  async snapshotStats(db: Db, timestamp: number, flows: ReadonlyMap<number, number> | null): Promise<void> {
    await sql`
      INSERT INTO sdwan_policy_stats (policy_id, timestamp, packets_matched, bytes_matched)
      SELECT policy_id, ${timestamp}, packets_matched, bytes_matched FROM sdwan_policies AS policy
      WHERE NOT EXISTS (
        SELECT 1 FROM sdwan_policy_stats AS stat
        WHERE stat.policy_id = policy.policy_id AND stat.packets_matched = policy.packets_matched
          AND stat.stat_id = (SELECT max(stat_id) FROM sdwan_policy_stats WHERE policy_id = policy.policy_id)
      )`.execute(db);
    if (flows === null) return;
    const written = db.updateTable('sdwan_policy_stats').where('timestamp', '=', timestamp);
    await written.set({ active_flows: 0 }).execute();
    for (const [policyId, active_flows] of flows) {
      await written.set({ active_flows }).where('policy_id', '=', policyId).execute();
    }
  },

  async pruneStats(db: Db, before: number): Promise<void> {
    await db.deleteFrom('sdwan_policy_stats').where('timestamp', '<', before).execute();
  },
};
