import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Db, EnrolmentKeyTable, UnixMs } from '../database/schema.ts';

export type EnrolmentKeyRow = Selectable<EnrolmentKeyTable> & {
  readonly site: string;
  readonly site_deleted_at: UnixMs | null;
};

const select = (db: Db) =>
  db
    .selectFrom('enrolment_keys')
    .innerJoin('sdwan_sites', 'sdwan_sites.site_id', 'enrolment_keys.site_id')
    .selectAll('enrolment_keys')
    .select(['sdwan_sites.name as site', 'sdwan_sites.deleted_at as site_deleted_at']);

export const enrolmentKeyRepository = {
  list: (db: Db): Promise<EnrolmentKeyRow[]> =>
    select(db).where('sdwan_sites.deleted_at', 'is', null).orderBy('enrolment_keys.created_at', 'desc').execute(),

  find: (db: Db, keyId: string): Promise<EnrolmentKeyRow | undefined> =>
    select(db).where('key_id', '=', keyId).where('sdwan_sites.deleted_at', 'is', null).executeTakeFirst(),

  /** Whether its site is live or deleted. */
  findBySecretHash: (db: Db, secretHash: string): Promise<EnrolmentKeyRow | undefined> =>
    select(db).where('secret_hash', '=', secretHash).executeTakeFirst(),

  async insert(db: Db, row: Insertable<EnrolmentKeyTable>): Promise<void> {
    await db.insertInto('enrolment_keys').values(row).execute();
  },

  /** Takes one use, and says whether there was one left to take. */
  async use(db: Db, keyId: string): Promise<boolean> {
    const result = await db
      .updateTable('enrolment_keys')
      .set({ uses: sql`uses + 1` })
      .where('key_id', '=', keyId)
      .where('uses', '<', sql<number>`max_uses`)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  },

  /** What people set. */
  async update(db: Db, keyId: string, changes: Updateable<EnrolmentKeyTable>): Promise<void> {
    const counted = { ...changes, version: sql<number>`version + 1` };
    await db.updateTable('enrolment_keys').set(counted).where('key_id', '=', keyId).execute();
  },
};
