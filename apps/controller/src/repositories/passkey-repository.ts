import type { Insertable, Selectable } from 'kysely';
import type { Db, PasskeyChallengeTable, PasskeyTable } from '../database/schema.ts';

export type PasskeyRow = Selectable<PasskeyTable> & { readonly username: string };

const select = (db: Db) =>
  db
    .selectFrom('passkeys')
    .innerJoin('users', 'users.user_id', 'passkeys.user_id')
    .selectAll('passkeys')
    .select('users.username');

export const passkeyRepository = {
  /** Of one user, or of all; newest first. */
  list: (db: Db, userId?: string): Promise<PasskeyRow[]> => {
    const query = select(db).orderBy('passkeys.created_at', 'desc').orderBy('credential_id');
    return (userId === undefined ? query : query.where('passkeys.user_id', '=', userId)).execute();
  },

  find: (db: Db, credentialId: string): Promise<PasskeyRow | undefined> =>
    select(db).where('credential_id', '=', credentialId).executeTakeFirst(),

  async insert(db: Db, row: Insertable<PasskeyTable>): Promise<void> {
    await db.insertInto('passkeys').values(row).execute();
  },

  async noteUse(db: Db, credentialId: string, counter: number, at: number): Promise<void> {
    await db
      .updateTable('passkeys')
      .set({ counter, last_used_at: at })
      .where('credential_id', '=', credentialId)
      .execute();
  },

  async delete(db: Db, credentialId: string): Promise<void> {
    await db.deleteFrom('passkeys').where('credential_id', '=', credentialId).execute();
  },

  async insertChallenge(db: Db, row: Insertable<PasskeyChallengeTable>): Promise<void> {
    await db.insertInto('passkey_challenges').values(row).execute();
  },

  /** Uses a challenge up; says whether it was there, in time, for this user (null: for a sign-in). */
  async useChallenge(db: Db, challenge: string, userId: string | null, now: number): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('passkey_challenges')
      .where('challenge', '=', challenge)
      .where('user_id', userId === null ? 'is' : '=', userId)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  },

  async pruneChallenges(db: Db, now: number): Promise<void> {
    await db.deleteFrom('passkey_challenges').where('expires_at', '<=', now).execute();
  },
};
