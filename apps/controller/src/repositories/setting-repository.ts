import type { Db } from '../database/schema.ts';

export const settingRepository = {
  async get(db: Db, key: string): Promise<string | undefined> {
    const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value;
  },

  async set(db: Db, key: string, value: string): Promise<void> {
    await db
      .insertInto('settings')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  },

  async delete(db: Db, key: string): Promise<void> {
    await db.deleteFrom('settings').where('key', '=', key).execute();
  },
};
