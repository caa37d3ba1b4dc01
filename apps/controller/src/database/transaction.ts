import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';
import { sql, type ControlledTransaction } from 'kysely';
import { isPostgres } from './dialect.ts';
import { isLost } from './postgres-failure.ts';
import type { Database, Db, DbTransaction } from './schema.ts';

/** The number under which changes of all controllers on one PostgreSQL database take turns; any would do. */
const changeLock = 7_261_110_017;
/** How long what became of a change is asked for, after the connection was lost while it was being stored. */
const fateDeadlineMs = 5_000;
const fateEveryMs = 100;

/**
 * Runs work in a transaction: all of it or none of it is stored. On both databases one runs at a time and sees what all
 * before it have stored, so that work may read, decide and write. On SQLite that follows from the one connection; on
 * PostgreSQL from a lock of the database, which also holds between controllers.
 *
 * Errors: what `work` throws; on PostgreSQL `database_unavailable` and `timeout`, after which nothing is stored unless the
 * message says that this is not known.
 */
export async function inTransaction<T>(db: Db, work: (db: DbTransaction) => Promise<T>): Promise<T> {
  if (!isPostgres(db)) return await db.transaction().execute(work);
  // Later statements of a transaction that reads what is committed see everything that was before its turn came.
  const transaction = await db.startTransaction().setIsolationLevel('read committed').execute();
  try {
    const { rows } = await sql<{ id: string }>`
      SELECT pg_advisory_xact_lock(${sql.lit(changeLock)}), pg_current_xact_id()::text AS id`.execute(transaction);
    const result = await work(transaction);
    await commit(db, transaction, rows[0]!.id);
    return result;
  } catch (thrown) {
    if (!transaction.isCommitted) await rollBack(transaction);
    throw thrown;
  }
}

/** A commit whose answer is lost may have happened: the server knows, by the number of the transaction. */
async function commit(db: Db, transaction: ControlledTransaction<Database>, id: string): Promise<void> {
  try {
    await transaction.commit().execute();
  } catch (thrown) {
    if (!(thrown instanceof PatronusError) || !isLost(thrown.cause)) throw thrown;
    await rollBack(transaction);
    const fate = await fateOf(db, id).catch(() => null);
    if (fate === 'committed') return;
    if (fate === 'aborted') throw thrown;
    const text =
      'the connection to the database was lost while this change was being stored; whether it was is not known. ' +
      'Look before trying again';
    throw new PatronusError('database_unavailable', text, { cause: thrown });
  }
}

/** `committed`, `aborted`, or null when the server does not say so in time. */
async function fateOf(db: Db, id: string): Promise<string | null> {
  const deadline = performance.now() + fateDeadlineMs;
  while (performance.now() < deadline) {
    const { rows } = await sql<{ status: string | null }>`SELECT pg_xact_status(${id}::xid8) AS status`.execute(db);
    if (rows[0]!.status !== 'in progress') return rows[0]!.status;
    await delay(fateEveryMs);
  }
  return null;
}

/** Where the connection is lost, the server rolls back by itself, and only our end of it is given up. */
async function rollBack(transaction: ControlledTransaction<Database>): Promise<void> {
  try {
    await transaction.rollback().execute();
  } catch {
    // told already by what was thrown first
  }
}
