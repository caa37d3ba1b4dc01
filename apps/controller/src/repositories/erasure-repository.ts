import { sql } from 'kysely';
import { containsFolded } from '../database/portable-sql.ts';
import type { Db } from '../database/schema.ts';
import type { EventRow } from './event-repository.ts';

/** Tables whose rows belong to users and have names of their own in the audit log. */
const owned = [
  ['sessions', 'session_id'],
  ['api_keys', 'key_id'],
  ['passkeys', 'credential_id'],
  ['identities', 'identity_id'],
] as const;

/** Where users are told of outside of their own tables and the audit log. */
export const erasureRepository = {
  /** Ids of a user's sessions, keys, passkeys and identities. */
  async listIdsOf(db: Db, userId: string): Promise<string[]> {
    const ids: string[] = [];
    for (const [table, id] of owned) {
      const query = sql<{ id: string }>`SELECT ${sql.ref(id)} AS id FROM ${sql.table(table)} WHERE user_id = ${userId}`;
      ids.push(...(await query.execute(db)).rows.map((row) => row.id));
    }
    return ids;
  },

  /** Events that may name somebody. */
  listEventsNaming: (db: Db, username: string): Promise<EventRow[]> =>
    db
      .selectFrom('events')
      .selectAll()
      .where((eb) => eb.or([containsFolded('message', username), eb('acknowledged_by', '=', username)]))
      .execute(),

  async updateEvent(
    db: Db,
    eventId: string,
    remains: Pick<EventRow, 'message' | 'metadata' | 'acknowledged_by'>,
  ): Promise<void> {
    await db.updateTable('events').set(remains).where('event_id', '=', eventId).execute();
  },

  async dropDeliveries(db: Db, eventId: string): Promise<void> {
    await db.deleteFrom('event_deliveries').where('event_id', '=', eventId).execute();
  },

  /** What somebody made under idempotency keys; callers are told as `once.ts` writes them. */
  async forgetKeys(db: Db, ids: readonly string[], username: string): Promise<void> {
    const callers = [...ids, username].flatMap((each) => [`user ${each}`, `api_key ${each}`]);
    await db.deleteFrom('idempotency_keys').where('caller', 'in', callers).execute();
  },

  /** Answers how many paths they had taken out of use. */
  async renameOverrides(db: Db, username: string, pseudonym: string): Promise<number> {
    const { numUpdatedRows } = await db
      .updateTable('path_overrides')
      .set({ set_by: pseudonym })
      .where('set_by', '=', username)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  },
};
