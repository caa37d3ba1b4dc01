import type { Insertable, Selectable } from 'kysely';
import type { Db, RefreshTokenTable, SessionTable } from '../database/schema.ts';

export type SessionRow = Selectable<SessionTable> & { readonly username: string; readonly role: string };

/** Sessions that were not revoked, of users who may sign in. */
const live = (db: Db) =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.user_id', 'sessions.user_id')
    .selectAll('sessions')
    .select(['users.username', 'users.role'])
    .where('sessions.revoked_at', 'is', null)
    .where('users.enabled', '=', 1)
    .where('users.deleted_at', 'is', null);

export const sessionRepository = {
  /** With its user; undefined once it was revoked. */
  findLive: (db: Db, sessionId: string): Promise<SessionRow | undefined> =>
    live(db).where('session_id', '=', sessionId).executeTakeFirst(),

  /** Those that still have a way to go on, the one used last first; of one user, or of all. */
  listLive: (db: Db, now: number, userId?: string): Promise<SessionRow[]> => {
    const query = live(db)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('refresh_tokens')
            .select('token_hash')
            .whereRef('refresh_tokens.session_id', '=', 'sessions.session_id')
            .where('expires_at', '>', now),
        ),
      )
      .orderBy('sessions.last_used_at', 'desc');
    return (userId === undefined ? query : query.where('sessions.user_id', '=', userId)).execute();
  },

  async insert(db: Db, row: Insertable<SessionTable>): Promise<void> {
    await db.insertInto('sessions').values(row).execute();
  },

  async noteUse(db: Db, sessionId: string, at: number): Promise<void> {
    await db.updateTable('sessions').set({ last_used_at: at }).where('session_id', '=', sessionId).execute();
  },

  async revoke(db: Db, sessionId: string, at: number): Promise<void> {
    await db
      .updateTable('sessions')
      .set({ revoked_at: at })
      .where('session_id', '=', sessionId)
      .where('revoked_at', 'is', null)
      .execute();
  },

  /** All of a user's; answers how many there were. */
  async revokeOfUser(db: Db, userId: string, at: number): Promise<number> {
    const { numUpdatedRows } = await db
      .updateTable('sessions')
      .set({ revoked_at: at })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  },

  findRefreshToken: (db: Db, tokenHash: string): Promise<Selectable<RefreshTokenTable> | undefined> =>
    db.selectFrom('refresh_tokens').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst(),

  async insertRefreshToken(db: Db, row: Insertable<RefreshTokenTable>): Promise<void> {
    await db.insertInto('refresh_tokens').values(row).execute();
  },

  async deleteRefreshToken(db: Db, tokenHash: string): Promise<void> {
    await db.deleteFrom('refresh_tokens').where('token_hash', '=', tokenHash).execute();
  },

  async markRefreshTokenUsed(db: Db, tokenHash: string, at: number): Promise<void> {
    await db.updateTable('refresh_tokens').set({ used_at: at }).where('token_hash', '=', tokenHash).execute();
  },

  /** Sessions whose last refresh token ran out go, and their tokens with them. */
  async prune(db: Db, now: number): Promise<void> {
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
};
