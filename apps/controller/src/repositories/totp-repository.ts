import type { Insertable, Selectable } from 'kysely';
import type { Db, TotpDeviceTable } from '../database/schema.ts';

export type TotpDeviceRow = Selectable<TotpDeviceTable>;

export const totpRepository = {
  find: (db: Db, userId: string): Promise<TotpDeviceRow | undefined> =>
    db.selectFrom('totp_devices').selectAll().where('user_id', '=', userId).executeTakeFirst(),

  /** Ids of users who must show a code at the sign-in. */
  async listUsers(db: Db): Promise<string[]> {
    const rows = await db.selectFrom('totp_devices').select('user_id').where('confirmed_at', 'is not', null).execute();
    return rows.map((row) => row.user_id);
  },

  /** In the place of one that was not confirmed. */
  async replace(db: Db, row: Insertable<TotpDeviceTable>): Promise<void> {
    await db.deleteFrom('totp_devices').where('user_id', '=', row.user_id).execute();
    await db.insertInto('totp_devices').values(row).execute();
  },

  async confirm(db: Db, userId: string, at: number): Promise<void> {
    await db.updateTable('totp_devices').set({ confirmed_at: at }).where('user_id', '=', userId).execute();
  },

  /** Uses up the codes of this time step and of those before; says whether this one was not used yet. */
  async useStep(db: Db, userId: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('totp_devices')
      .set({ last_step: step })
      .where('user_id', '=', userId)
      .where('last_step', '<', step)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  },

  /** Device and recovery codes of a user; says whether there was a device. */
  async delete(db: Db, userId: string): Promise<boolean> {
    await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
    const { numDeletedRows } = await db.deleteFrom('totp_devices').where('user_id', '=', userId).executeTakeFirst();
    return numDeletedRows === 1n;
  },

  /** In the place of those that a user has. */
  async replaceRecoveryCodes(db: Db, userId: string, hashes: readonly string[]): Promise<void> {
    await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
    const rows = hashes.map((code_hash) => ({ code_hash, user_id: userId }));
    await db.insertInto('recovery_codes').values(rows).execute();
  },

  /** Uses one up; says whether it was there. */
  async useRecoveryCode(db: Db, userId: string, hash: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('recovery_codes')
      .where('code_hash', '=', hash)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  },

  async countRecoveryCodes(db: Db, userId: string): Promise<number> {
    const row = await db
      .selectFrom('recovery_codes')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return row.count;
  },
};
