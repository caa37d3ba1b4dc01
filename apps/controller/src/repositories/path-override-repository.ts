import type { Selectable } from 'kysely';
import type { Db, PathOverrideTable } from '../database/schema.ts';

export type PathOverrideRow = Selectable<PathOverrideTable>;

export const pathOverrideRepository = {
  list: (db: Db): Promise<PathOverrideRow[]> => db.selectFrom('path_overrides').selectAll().execute(),

  /** Those whose time is over. */
  listOver: (db: Db, now: number): Promise<PathOverrideRow[]> =>
    db.selectFrom('path_overrides').selectAll().where('expires_at', '<=', now).execute(),

  /** Stores the override of a path in place of the one it has; that it holds since then stays. */
  async save(db: Db, row: PathOverrideRow): Promise<void> {
    const { reason, set_by, expires_at } = row;
    await db
      .insertInto('path_overrides')
      .values(row)
      .onConflict((conflict) => conflict.column('path_id').doUpdateSet({ reason, set_by, expires_at }))
      .execute();
  },

  /** Whether there was one. */
  async delete(db: Db, pathId: string): Promise<boolean> {
    const result = await db.deleteFrom('path_overrides').where('path_id', '=', pathId).executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
};
