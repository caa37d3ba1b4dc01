import { systemActor, type Actor } from '../audit/index.ts';
import { userTarget, type Sessions } from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { userRepository, type UserRow } from '../repositories/user-repository.ts';
import {
  deletedAlready,
  notDeleted,
  purgeTime,
  recoverableMs,
  timeText,
  type Deletion,
  type DeletionOptions,
} from './deletion.ts';
import { checkVersion } from './expected-version.ts';
import { found } from './found.ts';
import { announce, checkAnotherAdministrator } from './user-service.ts';

/** Deletes users, restores them with their role and password, and removes them for good. */
export class UserDeletionService {
  readonly #store: Store;
  readonly #sessions: Sessions;

  constructor(store: Store, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /**
   * The user is signed out and cannot sign in. Errors: `not_found`, `version_mismatch`; `conflict` for the last administrator who can sign in,
   * and for one who is deleted already and shall not be purged.
   */
  async delete(by: Actor, reference: string, options: DeletionOptions = {}): Promise<Deletion<string>> {
    return this.#store.change(async (change) => {
      const row = await userRepository.find(change.db, reference);
      if (row !== undefined) {
        checkVersion('user', row.username, row.version, options.expected);
        await checkAnotherAdministrator(change, row);
        return options.purge === true ? this.#purge(change, by, row) : this.deleteIn(change, by, row);
      }
      const deleted = found(await userRepository.find(change.db, reference, 'deleted'), 'user', reference);
      checkVersion('user', deleted.username, deleted.version, options.expected);
      if (options.purge !== true) throw deletedAlready('user', deleted.username, deleted.deleted_at!);
      return this.#purge(change, by, deleted);
    });
  }

  /** Errors: `not_found`; `conflict` when they are not deleted. */
  async restore(by: Actor, reference: string): Promise<string> {
    return this.#store.change(async (change) => {
      const row = await userRepository.find(change.db, reference, 'deleted');
      if (row === undefined) {
        throw notDeleted('user', found(await userRepository.find(change.db, reference), 'user', reference).username);
      }
      await userRepository.update(change.db, row.user_id, { deleted_at: null, updated_at: change.at });
      await this.#tell(change, by, 'restored', row);
      return row.user_id;
    });
  }

  /** Removes for good who can no longer be restored. */
  async purgeExpired(): Promise<void> {
    await this.#store.change(async (change) => {
      for (const row of await userRepository.listDeletedBefore(change.db, change.at - recoverableMs)) {
        await this.#purge(change, systemActor, row);
      }
    });
  }

  /** Within a change, whose caller sees to it that there is still an administrator who can sign in. */
  async deleteIn(change: Change, by: Actor, row: UserRow): Promise<Deletion<string>> {
    await userRepository.update(change.db, row.user_id, { deleted_at: change.at, updated_at: change.at });
    await userRepository.deletePasswordLinks(change.db, row.user_id);
    const sessions_ended = await this.#sessions.endAll(change, row.user_id);
    await this.#tell(change, by, 'deleted', row, { sessions_ended });
    const purgeAt = purgeTime(change.at)!;
    const message = `User ${row.username} was deleted and signed out; they can be restored until ${timeText(purgeAt)}`;
    return { id: row.user_id, name: row.username, message, purgeAt };
  }

  async #purge(change: Change, by: Actor, row: UserRow): Promise<Deletion<string>> {
    this.#sessions.noteRevocation(change);
    await userRepository.delete(change.db, row.user_id);
    await this.#tell(change, by, 'purged', row);
    return { id: row.user_id, name: row.username, message: `User ${row.username} was removed for good`, purgeAt: null };
  }

  async #tell(
    change: Change,
    by: Actor,
    done: 'deleted' | 'restored' | 'purged',
    row: UserRow,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    const details = { name: row.name, role: row.role, ...more };
    await change.audit(by, { action: `user_${done}`, target: userTarget(row), details });
    await announce(change, done, row);
  }
}
