import { randomBytes } from 'node:crypto';
import type { Actor } from '../audit/index.ts';
import type { Sessions } from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { auditRepository } from '../repositories/audit-repository.ts';
import { erasureRepository } from '../repositories/erasure-repository.ts';
import { userRepository } from '../repositories/user-repository.ts';
import { found } from './found.ts';
import { PersonalData, type DataSubject } from './personal-data.ts';
import { announce, checkAnotherAdministrator } from './user-service.ts';

const pseudonymPrefix = 'erased-';

/** What became of somebody's data. */
export interface Erasure {
  /** What stands in the place of their name from now on. */
  readonly pseudonym: string;
  readonly auditRows: number;
  readonly events: number;
  /** One sentence for whoever asked. */
  readonly message: string;
}

/**
 * Erases the personal data of a user (GDPR, articles 5 and 17): the account with all that is its own, and what events, the
 * audit log and others' objects tell of them. What happened stays told, as done by somebody who is not known.
 */
export class ErasureService {
  readonly #store: Store;
  readonly #sessions: Sessions;

  constructor(store: Store, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /**
   * Of a user who is there, is deleted, or is only left in the audit log; by id or name. Errors: `not_found`, `conflict` for
   * the last administrator who can sign in.
   */
  async erase(by: Actor, reference: string): Promise<Erasure> {
    return this.#store.change(async (change) => {
      const subject = await this.#takeAccount(change, reference);
      const pseudonym = `${pseudonymPrefix}${randomBytes(6).toString('hex')}`;
      const data = new PersonalData(subject, pseudonym);
      const auditRows = await eraseAudit(change, this.#store.audit, subject, data);
      const events = await eraseEvents(change, subject, data);
      await erasureRepository.forgetKeys(change.db, subject.ids, subject.username);
      if ((await erasureRepository.renameOverrides(change.db, subject.username, pseudonym)) > 0) change.touchIntent();
      const isOwn = by.id !== null && subject.ids.includes(by.id);
      const actor = isOwn ? { ...by, id: pseudonym, name: pseudonym, address: null } : by;
      const target = { type: 'user', id: pseudonym, name: pseudonym } as const;
      await change.audit(actor, { action: 'user_erased', target, details: { audit_rows: auditRows, events } });
      await announce(change, 'purged', { user_id: pseudonym, username: pseudonym });
      const message = `The user was removed for good and is called ${pseudonym} in ${auditRows} rows of the audit log and ${events} events`;
      return { pseudonym, auditRows, events, message };
    });
  }

  /** Removes the account with sessions, keys and identities, which their table takes along; answers who it was. */
  async #takeAccount(change: Change, reference: string): Promise<DataSubject> {
    const live = await userRepository.find(change.db, reference);
    if (live !== undefined) await checkAnotherAdministrator(change, live);
    const user = live ?? (await userRepository.find(change.db, reference, 'deleted'));
    if (user === undefined) return this.#rememberedOf(change, reference);
    const ids = [user.user_id, ...(await erasureRepository.listIdsOf(change.db, user.user_id))];
    this.#sessions.noteRevocation(change);
    await userRepository.delete(change.db, user.user_id);
    return { username: user.username, name: user.name, ids };
  }

  /** Somebody who was removed for good before, and of whom the audit log still tells. */
  async #rememberedOf(change: Change, reference: string): Promise<DataSubject> {
    const row = await auditRepository.findUser(change.db, reference);
    const known = row?.target?.startsWith(pseudonymPrefix) === true ? undefined : row;
    const { target_id: id, target } = found(known, 'user', reference);
    return { username: target ?? reference, name: '', ids: id === null ? [] : [id] };
  }
}

async function eraseAudit(
  change: Change,
  log: Store['audit'],
  subject: DataSubject,
  data: PersonalData,
): Promise<number> {
  const names = [subject.username, ...(subject.name === '' ? [] : [subject.name])];
  let count = 0;
  for (const row of await auditRepository.listAbout(change.db, subject.ids, names)) {
    const remains = data.remainsOf(row);
    if (remains === null) continue;
    await log.erase(change.db, change.at, row, remains);
    count += 1;
  }
  return count;
}

async function eraseEvents(change: Change, subject: DataSubject, data: PersonalData): Promise<number> {
  let count = 0;
  for (const row of await erasureRepository.listEventsNaming(change.db, subject.username)) {
    const remains = data.remainsOfEvent(row);
    if (remains === null) continue;
    await erasureRepository.updateEvent(change.db, row.event_id, remains);
    // What is still to be sent of it would tell the name.
    await erasureRepository.dropDeliveries(change.db, row.event_id);
    count += 1;
  }
  return count;
}
