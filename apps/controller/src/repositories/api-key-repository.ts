import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { ApiKeyTable, Db } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

export type ApiKeyRow = Selectable<ApiKeyTable> & { readonly username: string; readonly role: string };

/** Keys of users who may sign in, with name and role of the user. */
const select = (db: Db, standing: Standing) =>
  db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.user_id', 'api_keys.user_id')
    .selectAll('api_keys')
    .select(['users.username', 'users.role'])
    .where('api_keys.deleted_at', deletedAt[standing], null)
    .where('users.deleted_at', 'is', null);

export const apiKeyRepository = {
  /** Of one user, or of all; newest first. */
  list: (db: Db, standing: Standing, userId?: string): Promise<ApiKeyRow[]> => {
    const query = select(db, standing).orderBy('api_keys.created_at', 'desc').orderBy('key_id');
    return (userId === undefined ? query : query.where('api_keys.user_id', '=', userId)).execute();
  },

  find: (db: Db, keyId: string, standing: Standing = 'live'): Promise<ApiKeyRow | undefined> =>
    select(db, standing).where('key_id', '=', keyId).executeTakeFirst(),

  /** One that works now. */
  findUsable: (db: Db, secretHash: string, now: number): Promise<ApiKeyRow | undefined> =>
    select(db, 'live')
      .where('secret_hash', '=', secretHash)
      .where('expires_at', '>', now)
      .where('users.enabled', '=', 1)
      .executeTakeFirst(),

  listDeletedBefore: (db: Db, time: number): Promise<ApiKeyRow[]> =>
    select(db, 'deleted').where('api_keys.deleted_at', '<', time).execute(),

  async insert(db: Db, row: Insertable<ApiKeyTable>): Promise<void> {
    await db.insertInto('api_keys').values(row).execute();
  },

  /** What people set. */
  async update(db: Db, keyId: string, changes: Updateable<ApiKeyTable>): Promise<void> {
    const counted = { ...changes, version: sql<number>`version + 1` };
    await db.updateTable('api_keys').set(counted).where('key_id', '=', keyId).execute();
  },

  /** What comes with its use; its version stays. */
  async note(db: Db, keyId: string, changes: Updateable<ApiKeyTable>): Promise<void> {
    await db.updateTable('api_keys').set(changes).where('key_id', '=', keyId).execute();
  },

  async delete(db: Db, keyId: string): Promise<void> {
    await db.deleteFrom('api_keys').where('key_id', '=', keyId).execute();
  },
};
