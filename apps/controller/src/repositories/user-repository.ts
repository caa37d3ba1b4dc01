import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Db, PasswordLinkTable, UserTable } from '../database/schema.ts';
import { deletedAt, type Standing } from './standing.ts';

export type UserRow = Selectable<UserTable>;

export const userRepository = {
  list: (db: Db, standing: Standing = 'live'): Promise<UserRow[]> =>
    db.selectFrom('users').selectAll().where('deleted_at', deletedAt[standing], null).orderBy('username').execute(),

  /** By id or name; names are those of live and deleted users alike, as both keep theirs. */
  find: (db: Db, reference: string, standing: Standing = 'live'): Promise<UserRow | undefined> =>
    db
      .selectFrom('users')
      .selectAll()
      .where((eb) => eb.or([eb('user_id', '=', reference), eb('username', '=', reference)]))
      .where('deleted_at', deletedAt[standing], null)
      .executeTakeFirst(),

  findByName: (db: Db, username: string): Promise<UserRow | undefined> =>
    db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst(),

  /** Those who can sign in as an administrator. */
  listAdministrators: (db: Db): Promise<UserRow[]> =>
    db
      .selectFrom('users')
      .selectAll()
      .where('role', '=', 'admin')
      .where('enabled', '=', 1)
      .where('deleted_at', 'is', null)
      .execute(),

  listDeletedBefore: (db: Db, time: number): Promise<UserRow[]> =>
    db.selectFrom('users').selectAll().where('deleted_at', '<', time).execute(),

  async insert(db: Db, row: Insertable<UserTable>): Promise<void> {
    await db.insertInto('users').values(row).execute();
  },

  /** What people set. */
  async update(db: Db, userId: string, changes: Updateable<UserTable>): Promise<void> {
    const counted = { ...changes, version: sql<number>`version + 1` };
    await db.updateTable('users').set(counted).where('user_id', '=', userId).execute();
  },

  /** What comes with its use; its version stays. */
  async note(db: Db, userId: string, changes: Updateable<UserTable>): Promise<void> {
    await db.updateTable('users').set(changes).where('user_id', '=', userId).execute();
  },

  async delete(db: Db, userId: string): Promise<void> {
    await db.deleteFrom('users').where('user_id', '=', userId).execute();
  },

  findPasswordLink: (db: Db, tokenHash: string): Promise<Selectable<PasswordLinkTable> | undefined> =>
    db.selectFrom('password_links').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst(),

  async insertPasswordLink(db: Db, row: Insertable<PasswordLinkTable>): Promise<void> {
    await db.insertInto('password_links').values(row).execute();
  },

  /** None of a user's links works any more. */
  async deletePasswordLinks(db: Db, userId: string): Promise<void> {
    await db.deleteFrom('password_links').where('user_id', '=', userId).execute();
  },
};
