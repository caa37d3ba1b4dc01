import type { Insertable, Selectable } from 'kysely';
import type { Db, IdempotencyTable } from '../database/schema.ts';

export type IdempotencyRow = Selectable<IdempotencyTable>;

export const idempotencyRepository = {
  find: (db: Db, caller: string, keyHash: string): Promise<IdempotencyRow | undefined> =>
    db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('caller', '=', caller)
      .where('key_hash', '=', keyHash)
      .executeTakeFirst(),

  /** Takes the key, and says whether nobody had it. */
  async take(db: Db, row: Insertable<IdempotencyTable>): Promise<boolean> {
    const result = await db
      .insertInto('idempotency_keys')
      .values(row)
      .onConflict((conflict) => conflict.columns(['caller', 'key_hash']).doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  },

  async setObject(db: Db, caller: string, keyHash: string, objectId: string): Promise<void> {
    await db
      .updateTable('idempotency_keys')
      .set({ object_id: objectId })
      .where('caller', '=', caller)
      .where('key_hash', '=', keyHash)
      .execute();
  },

  async prune(db: Db, before: number): Promise<void> {
    await db.deleteFrom('idempotency_keys').where('created_at', '<=', before).execute();
  },
};
