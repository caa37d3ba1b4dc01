import type { Insertable, Selectable } from 'kysely';
import type { Db, DeviceSignInTable } from '../database/schema.ts';

export type DeviceSignInRow = Selectable<DeviceSignInTable>;

export const deviceSignInRepository = {
  find: (db: Db, deviceHash: string): Promise<DeviceSignInRow | undefined> =>
    db.selectFrom('device_sign_ins').selectAll().where('device_hash', '=', deviceHash).executeTakeFirst(),

  /** The one of a user code that nobody has decided on, and whose time is not over. */
  findWaiting: (db: Db, userCode: string, now: number): Promise<DeviceSignInRow | undefined> =>
    db
      .selectFrom('device_sign_ins')
      .selectAll()
      .where('user_code', '=', userCode)
      .where('decision', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst(),

  async isUsed(db: Db, userCode: string): Promise<boolean> {
    const query = db.selectFrom('device_sign_ins').select('device_hash').where('user_code', '=', userCode);
    return (await query.executeTakeFirst()) !== undefined;
  },

  async insert(db: Db, row: Insertable<DeviceSignInTable>): Promise<void> {
    await db.insertInto('device_sign_ins').values(row).execute();
  },

  async update(
    db: Db,
    deviceHash: string,
    changes: Partial<Pick<DeviceSignInRow, 'decision' | 'session_id' | 'expires_at' | 'polled_at'>>,
  ): Promise<void> {
    await db.updateTable('device_sign_ins').set(changes).where('device_hash', '=', deviceHash).execute();
  },

  async delete(db: Db, deviceHash: string): Promise<void> {
    await db.deleteFrom('device_sign_ins').where('device_hash', '=', deviceHash).execute();
  },

  async prune(db: Db, now: number): Promise<void> {
    await db.deleteFrom('device_sign_ins').where('expires_at', '<=', now).execute();
  },
};
