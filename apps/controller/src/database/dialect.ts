import { PostgresAdapter, type Kysely } from 'kysely';

/** Whether this handle, or the transaction it is, speaks to PostgreSQL; else it is SQLite. */
export const isPostgres = (db: Pick<Kysely<unknown>, 'getExecutor'>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter;
