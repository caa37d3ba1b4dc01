import type { Insertable, Selectable } from 'kysely';
import type { Db, SigningKeyTable } from '../database/schema.ts';

export type SigningKeyRow = Selectable<SigningKeyTable>;

export const signingKeyRepository = {
  /** Newest first. */
  list: (db: Db): Promise<SigningKeyRow[]> =>
    db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').execute(),

  async insert(db: Db, row: Insertable<SigningKeyTable>): Promise<void> {
    await db.insertInto('signing_keys').values(row).execute();
  },

  async deleteAll(db: Db, kids: readonly string[]): Promise<void> {
    if (kids.length > 0)
      await db
        .deleteFrom('signing_keys')
        .where('kid', 'in', [...kids])
        .execute();
  },
};
