import { sql, type Insertable, type Selectable } from 'kysely';
import type { DataKeyTable, Db } from '../database/schema.ts';

export type DataKeyRow = Selectable<DataKeyTable>;

/** Columns that hold encrypted text, each with the column that its rows are told by. */
export const sealedColumns = [
  { table: 'signing_keys', id: 'kid', column: 'private_key' },
  { table: 'totp_devices', id: 'user_id', column: 'secret' },
  { table: 'event_sinks', id: 'sink_id', column: 'secret' },
] as const;

export type SealedColumn = (typeof sealedColumns)[number];

export const secretRepository = {
  /** Newest first. */
  listDataKeys: (db: Db): Promise<DataKeyRow[]> =>
    db.selectFrom('data_keys').selectAll().orderBy('created_at', 'desc').execute(),

  async insertDataKey(db: Db, row: Insertable<DataKeyTable>): Promise<void> {
    await db.insertInto('data_keys').values(row).execute();
  },

  async rewrapDataKey(db: Db, keyId: string, wrapped: Pick<DataKeyRow, 'wrapped' | 'master_key_id'>): Promise<void> {
    await db.updateTable('data_keys').set(wrapped).where('key_id', '=', keyId).execute();
  },

  async deleteDataKeysExcept(db: Db, keyId: string): Promise<void> {
    await db.deleteFrom('data_keys').where('key_id', '<>', keyId).execute();
  },

  /** All texts of a column, with the ids of their rows. */
  async listSealed(db: Db, { table, id, column }: SealedColumn): Promise<{ id: string; text: string }[]> {
    const query = sql<{
      id: string;
      text: string;
    }>`SELECT ${sql.ref(id)} AS id, ${sql.ref(column)} AS text FROM ${sql.table(table)}
      WHERE ${sql.ref(column)} IS NOT NULL`;
    return (await query.execute(db)).rows;
  },

  async updateSealed(db: Db, { table, id, column }: SealedColumn, rowId: string, text: string): Promise<void> {
    await sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${text} WHERE ${sql.ref(id)} = ${rowId}`.execute(db);
  },
};
