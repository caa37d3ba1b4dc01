import { sql, type Insertable, type Updateable } from 'kysely';
import { contains } from '../database/portable-sql.ts';
import type { Db, PolicyTable } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

/** Counters come as text, since they may exceed what a JavaScript number holds exactly. */
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
  packets_matched: string;
  bytes_matched: string;
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
  db
    .selectFrom('sdwan_policies')
    .select(plainColumns)
    .select([
      sql<string>`cast(packets_matched as text)`.as('packets_matched'),
      sql<string>`cast(bytes_matched as text)`.as('bytes_matched'),
    ])
    .where('deleted_at', deletedAt[standing], null);

export const policyRepository = {
  /** In order of evaluation: the default policy is last. */
  list: (db: Db, standing: Standing = 'live'): Promise<PolicyRow[]> =>
    select(db, standing).orderBy('is_default').orderBy('priority', 'desc').orderBy('policy_id').execute(),

  find: (db: Db, policyId: number, standing: Standing = 'live'): Promise<PolicyRow | undefined> =>
    select(db, standing).where('policy_id', '=', policyId).executeTakeFirst(),

  findByName: (db: Db, name: string): Promise<PolicyRow | undefined> =>
    select(db, 'live').where('name', '=', name).executeTakeFirst(),

  /** Those whose conditions hold this text; few of thousands have to be parsed to see what it means in them. */
  listMentioning: (db: Db, text: string, standing: Standing = 'live'): Promise<PolicyRow[]> =>
    select(db, standing)
      .where(contains('match_conditions', text))
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

  /** Bound as 64-bit integers: a plain number is a float to SQLite, and the sum would lose digits over 2^53. */
  async addCounts(db: Db, policyId: number, packets: bigint, bytes: bigint): Promise<void> {
    await db
      .updateTable('sdwan_policies')
      .set({
        packets_matched: sql`packets_matched + ${packets}`,
        bytes_matched: sql`bytes_matched + ${bytes}`,
      })
      .where('policy_id', '=', policyId)
      .execute();
  },

  lastCounter: (db: Db, edgeId: string, policyId: number) =>
    db
      .selectFrom('policy_counters')
      .select(['epoch', 'packets', 'bytes'])
      .where('edge_id', '=', edgeId)
      .where('policy_id', '=', policyId)
      .executeTakeFirst(),

  async saveCounter(
    db: Db,
    row: { edge_id: string; policy_id: number; epoch: string; packets: number; bytes: number },
  ): Promise<void> {
    const { epoch, packets, bytes } = row;
    await db
      .insertInto('policy_counters')
      .values(row)
      .onConflict((conflict) => conflict.columns(['edge_id', 'policy_id']).doUpdateSet({ epoch, packets, bytes }))
      .execute();
  },

  /** Writes down every policy's counters that moved since they were last written down. */
  async snapshotStats(db: Db, timestamp: number): Promise<void> {
    await sql`
      INSERT INTO sdwan_policy_stats (policy_id, timestamp, packets_matched, bytes_matched)
      SELECT policy_id, ${timestamp}, packets_matched, bytes_matched FROM sdwan_policies AS policy
      WHERE NOT EXISTS (
        SELECT 1 FROM sdwan_policy_stats AS stat
        WHERE stat.policy_id = policy.policy_id AND stat.packets_matched = policy.packets_matched
          AND stat.stat_id = (SELECT max(stat_id) FROM sdwan_policy_stats WHERE policy_id = policy.policy_id)
      )`.execute(db);
  },

  async pruneStats(db: Db, before: number): Promise<void> {
    await db.deleteFrom('sdwan_policy_stats').where('timestamp', '<', before).execute();
  },
};
