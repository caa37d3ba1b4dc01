import { sql, type Insertable } from 'kysely';
import type { AllocationTable, Db } from '../database/schema.ts';

export const allocationRepository = {
  /** The highest number ever handed out, or undefined. */
  async highest(db: Db, kind: string, scope: string): Promise<number | undefined> {
    const row = await db
      .selectFrom('allocations')
      .select(sql<number | null>`max(value)`.as('value'))
      .where('kind', '=', kind)
      .where('scope', '=', scope)
      .executeTakeFirst();
    return row?.value ?? undefined;
  },

  /** The number that was given back longest ago, or undefined. */
  async longestReleased(db: Db, kind: string, scope: string): Promise<number | undefined> {
    const row = await db
      .selectFrom('allocations')
      .select('value')
      .where('kind', '=', kind)
      .where('scope', '=', scope)
      .where('released_at', 'is not', null)
      .orderBy('released_at')
      .orderBy('value')
      .executeTakeFirst();
    return row?.value;
  },

  /** Whether a number was handed out and given back since. */
  async isReleased(db: Db, kind: string, scope: string, value: number): Promise<boolean> {
    const row = await db
      .selectFrom('allocations')
      .select('released_at')
      .where('kind', '=', kind)
      .where('scope', '=', scope)
      .where('value', '=', value)
      .executeTakeFirst();
    return row !== undefined && row.released_at !== null;
  },

  /** Hands a number out, be it new or one that was given back. */
  async take(db: Db, row: Insertable<AllocationTable>): Promise<void> {
    const { kind: _kind, scope: _scope, value: _value, ...holder } = row;
    await db
      .insertInto('allocations')
      .values(row)
      .onConflict((conflict) => conflict.columns(['kind', 'scope', 'value']).doUpdateSet(holder))
      .execute();
  },

  async release(db: Db, kind: string, scope: string, value: number, releasedAt: number): Promise<void> {
    await db
      .updateTable('allocations')
      .set({ released_at: releasedAt })
      .where('kind', '=', kind)
      .where('scope', '=', scope)
      .where('value', '=', value)
      .execute();
  },

  async forgetScope(db: Db, kind: string, scope: string): Promise<void> {
    await db.deleteFrom('allocations').where('kind', '=', kind).where('scope', '=', scope).execute();
  },
};
