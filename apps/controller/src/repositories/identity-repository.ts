import type { Insertable, Selectable } from 'kysely';
import type { Db, IdentityTable, SignOnRequestTable } from '../database/schema.ts';

export type IdentityRow = Selectable<IdentityTable> & { readonly username: string };
export type SignOnRequestRow = Selectable<SignOnRequestTable>;

const select = (db: Db) =>
  db
    .selectFrom('identities')
    .innerJoin('users', 'users.user_id', 'identities.user_id')
    .selectAll('identities')
    .select('users.username');

export const identityRepository = {
  /** Of one user, or of all; newest first. */
  list: (db: Db, userId?: string): Promise<IdentityRow[]> => {
    const query = select(db).orderBy('identities.created_at', 'desc').orderBy('identity_id');
    return (userId === undefined ? query : query.where('identities.user_id', '=', userId)).execute();
  },

  find: (db: Db, identityId: string): Promise<IdentityRow | undefined> =>
    select(db).where('identity_id', '=', identityId).executeTakeFirst(),

  findSubject: (db: Db, issuer: string, subject: string): Promise<IdentityRow | undefined> =>
    select(db).where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst(),

  /** Ids of users whose name and role are what a service says. */
  async listManagedUsers(db: Db): Promise<string[]> {
    const query = db.selectFrom('identities').select('user_id').distinct().where('manages_user', '=', 1);
    return (await query.execute()).map((row) => row.user_id);
  },

  async insert(db: Db, row: Insertable<IdentityTable>): Promise<void> {
    await db.insertInto('identities').values(row).execute();
  },

  async noteUse(db: Db, identityId: string, at: number): Promise<void> {
    await db.updateTable('identities').set({ last_used_at: at }).where('identity_id', '=', identityId).execute();
  },

  async delete(db: Db, identityId: string): Promise<void> {
    await db.deleteFrom('identities').where('identity_id', '=', identityId).execute();
  },

  async insertRequest(db: Db, row: Insertable<SignOnRequestTable>): Promise<void> {
    await db.insertInto('sign_on_requests').values(row).execute();
  },

  /** Uses a request up; undefined where it is not there, or its time is over. */
  takeRequest: (db: Db, secretHash: string, now: number): Promise<SignOnRequestRow | undefined> =>
    db
      .deleteFrom('sign_on_requests')
      .where('secret_hash', '=', secretHash)
      .where('expires_at', '>', now)
      .returningAll()
      .executeTakeFirst(),

  async pruneRequests(db: Db, now: number): Promise<void> {
    await db.deleteFrom('sign_on_requests').where('expires_at', '<=', now).execute();
  },
};
