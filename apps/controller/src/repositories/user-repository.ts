import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Db, RefreshTokenTable, SessionTable, SigningKeyTable, UserTable } from '../database/schema.ts';

export type UserRow = Selectable<UserTable>;

export const userRepository = {
  async count(db: Db): Promise<number> {
    const row = await db
      .selectFrom('users')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return row.count;
  },

  findByName: (db: Db, username: string): Promise<UserRow | undefined> =>
    db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst(),

  async insert(db: Db, row: Insertable<UserTable>): Promise<void> {
    await db.insertInto('users').values(row).execute();
  },

  async update(db: Db, userId: string, changes: Updateable<UserTable>): Promise<void> {
    await db.updateTable('users').set(changes).where('user_id', '=', userId).execute();
  },

  /** The session with its user, unless it was revoked. */
  findLiveSession: (db: Db, sessionId: string) =>
    db
      .selectFrom('sessions')
      .innerJoin('users', 'users.user_id', 'sessions.user_id')
      .select(['sessions.session_id', 'users.user_id', 'users.username', 'users.role'])
      .where('session_id', '=', sessionId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst(),

  async insertSession(db: Db, row: Insertable<SessionTable>): Promise<void> {
    await db.insertInto('sessions').values(row).execute();
  },

  async revokeSession(db: Db, sessionId: string, at: number): Promise<void> {
    await db
      .updateTable('sessions')
      .set({ revoked_at: at })
      .where('session_id', '=', sessionId)
      .where('revoked_at', 'is', null)
      .execute();
  },

  findRefreshToken: (db: Db, tokenHash: string) =>
    db.selectFrom('refresh_tokens').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst(),

  async insertRefreshToken(db: Db, row: Insertable<RefreshTokenTable>): Promise<void> {
    await db.insertInto('refresh_tokens').values(row).execute();
  },

  async markRefreshTokenUsed(db: Db, tokenHash: string, at: number): Promise<void> {
    await db.updateTable('refresh_tokens').set({ used_at: at }).where('token_hash', '=', tokenHash).execute();
  },

  /** Sessions whose last refresh token ran out go, and their tokens with them. */
  async pruneSessions(db: Db, now: number): Promise<void> {
    await db
      .deleteFrom('sessions')
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('refresh_tokens')
              .select('token_hash')
              .whereRef('refresh_tokens.session_id', '=', 'sessions.session_id')
              .where('expires_at', '>', now),
          ),
        ),
      )
      .execute();
  },

  /** Newest first. */
  listSigningKeys: (db: Db) => db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').execute(),

  async insertSigningKey(db: Db, row: Insertable<SigningKeyTable>): Promise<void> {
    await db.insertInto('signing_keys').values(row).execute();
  },
};
