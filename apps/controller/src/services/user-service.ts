import { randomBytes, randomUUID } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import { changesBetween, type Actor } from '../audit/index.ts';
import {
  accountOf,
  newPasswordHash,
  setPassword,
  tokenHash,
  unknownPasswordHash,
  userTarget,
  wordsOf,
  type Caller,
  type Role,
  type Sessions,
} from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { userRepository, type UserRow } from '../repositories/user-repository.ts';
import type { Standing } from '../repositories/standing.ts';
import { totpRepository } from '../repositories/totp-repository.ts';
import { purgeTime, timeText } from './deletion.ts';
import { checkVersion, type ExpectedVersions } from './expected-version.ts';
import { found } from './found.ts';
import { once } from './once.ts';
import { Problems } from './problems.ts';
import { isIdLike, type UserChanges, type UserInput } from './user-input.ts';

/** Long enough to reach somebody by mail; whoever else reads the mail has as long. */
const linkLifetimeMs = 24 * 3_600_000;

/** A user as the API shows them. Times are unix ms. */
export interface UserView {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly enabled: boolean;
  /** Whether a code of an app is asked for at their sign-in. */
  readonly totp: boolean;
  /** Until when nobody can sign in as them, after too many wrong passwords; null when that is over. */
  readonly lockedUntil: number | null;
  readonly lastSignInAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  /** Until when a deleted user can be restored. */
  readonly purgeAt: number | null;
  readonly version: number;
}

/** A one-time link, shown once. */
export interface PasswordLink {
  readonly username: string;
  /** To be put after the address of this controller; the token is behind the `#`, which browsers do not send. */
  readonly path: string;
  readonly expiresAt: number;
}

/** Who may sign in, and as what. There is always an administrator who can. */
export class UserService {
  readonly #store: Store;
  readonly #sessions: Sessions;

  constructor(store: Store, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  async list(standing: Standing = 'live'): Promise<UserView[]> {
    const rows = await userRepository.list(this.#store.db, standing);
    const asked = new Set(await totpRepository.listUsers(this.#store.db));
    return rows.map((row) => this.#view(row, asked.has(row.user_id)));
  }

  /** By id or name. Errors: `not_found`. */
  async get(reference: string): Promise<UserView> {
    return this.#shown(found(await userRepository.find(this.#store.db, reference), 'user', reference));
  }

  /** The user that a caller is. Errors: `conflict` for the local token, which is nobody's. */
  async account(caller: Caller): Promise<UserView> {
    return this.#shown(await accountOf(this.#store, caller));
  }

  /** The id of a user by id or name; null when there is none. */
  async idOf(reference: string): Promise<string | null> {
    return (await userRepository.find(this.#store.db, reference))?.user_id ?? null;
  }

  /**
   * Without a password they cannot sign in before they have chosen one by a link. `key` makes it one user however often it
   * is asked for, see {@link once}. Errors: `invalid_input`.
   */
  async create(by: Actor, input: UserInput, key?: string): Promise<UserView> {
    const { username, name = '', role, enabled = true, password } = input;
    const words = wordsOf({ username, name });
    const password_hash =
      password === undefined ? await unknownPasswordHash() : await newPasswordHash(password, 'password', words);
    const details = { name, role, enabled, password_given: password !== undefined };
    // A password is no part of what is remembered: a fast hash of it could be guessed.
    const request = { by, key, operation: 'user_created', input: { username, ...details } };
    const { id } = await this.#store.change((change) =>
      once(change, request, () => addUser(change, by, { username, password_hash, details })),
    );
    return this.get(id);
  }

  /**
   * Another role counts at once; whoever is disabled is signed out. Errors: `not_found`, `version_mismatch`, `conflict` for
   * the last administrator who can sign in.
   */
  async update(by: Actor, reference: string, changes: UserChanges, expected?: ExpectedVersions): Promise<UserView> {
    const id = await this.#store.change(async (change) => {
      const row = found(await userRepository.find(change.db, reference), 'user', reference);
      checkVersion('user', row.username, row.version, expected);
      const { role, enabled } = { ...shown(row), ...changes };
      if (role !== 'admin' || !enabled) await checkAnotherAdministrator(change, row);
      await this.updateIn(change, by, row, changes);
      return row.user_id;
    });
    return this.get(id);
  }

  /** Within a change, whose caller sees to it that there is still an administrator who can sign in. */
  async updateIn(change: Change, by: Actor, row: UserRow, changes: UserChanges): Promise<void> {
    const [before, after] = [shown(row), { ...shown(row), ...changes }];
    const changed = changesBetween(before, after);
    if (Object.keys(changed).length === 0) return;
    const { name, role, enabled } = after;
    const fields = { name, role, enabled: enabled ? 1 : 0, updated_at: change.at } as const;
    await userRepository.update(change.db, row.user_id, fields);
    this.#sessions.noteRevocation(change);
    const ended = after.enabled ? {} : { sessions_ended: await this.#sessions.endAll(change, row.user_id) };
    await change.audit(by, { action: 'user_updated', target: userTarget(row), details: { ...changed, ...ended } });
    await announce(change, 'updated', row);
  }

  /** Sets a password for somebody else, and signs them out. Errors: `not_found`, `invalid_input`. */
  async setPassword(by: Actor, reference: string, password: string): Promise<void> {
    const row = found(await userRepository.find(this.#store.db, reference), 'user', reference);
    const password_hash = await newPasswordHash(password, 'password', wordsOf(row));
    await this.#store.change(async (change) => {
      const user = found(await userRepository.find(change.db, row.user_id), 'user', reference);
      await setPassword(change, this.#sessions, by, { user, password_hash });
    });
  }

  /** A link by which a user chooses a password; earlier ones work no more. Errors: `not_found`. */
  async createPasswordLink(by: Actor, reference: string): Promise<PasswordLink> {
    const token = randomBytes(24).toString('base64url');
    return this.#store.change(async (change) => {
      const row = found(await userRepository.find(change.db, reference), 'user', reference);
      const expires_at = change.at + linkLifetimeMs;
      await userRepository.deletePasswordLinks(change.db, row.user_id);
      const link = { token_hash: tokenHash(token), user_id: row.user_id, expires_at };
      await userRepository.insertPasswordLink(change.db, link);
      await change.audit(by, { action: 'password_link_created', target: userTarget(row), details: { expires_at } });
      return {
        username: row.username,
        path: `/setup?user=${encodeURIComponent(row.username)}#${token}`,
        expiresAt: expires_at,
      };
    });
  }

  /** Ends all sessions of a user. Errors: `not_found`. */
  async endSessions(by: Actor, reference: string): Promise<number> {
    return this.#store.change(async (change) => {
      const row = found(await userRepository.find(change.db, reference), 'user', reference);
      const sessions_ended = await this.#sessions.endAll(change, row.user_id);
      const details = { sessions_ended };
      await change.audit(by, { action: 'sessions_ended', target: userTarget(row), details });
      return sessions_ended;
    });
  }

  async #shown(row: UserRow): Promise<UserView> {
    const device = await totpRepository.find(this.#store.db, row.user_id);
    return this.#view(row, device !== undefined && device.confirmed_at !== null);
  }

  #view(row: UserRow, totp: boolean): UserView {
    const isLocked = row.locked_until !== null && row.locked_until > this.#store.wallMs;
    return {
      id: row.user_id,
      username: row.username,
      name: row.name,
      role: row.role as Role,
      enabled: row.enabled === 1,
      totp,
      lockedUntil: isLocked ? row.locked_until : null,
      lastSignInAt: row.last_sign_in_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      deletedAt: row.deleted_at,
      purgeAt: purgeTime(row.deleted_at),
      version: row.version,
    };
  }
}

/** Who shall be, with what is told of them in the audit log. */
interface NewUser {
  readonly username: string;
  readonly password_hash: string;
  readonly details: Pick<Required<UserInput>, 'name' | 'role' | 'enabled'> & { readonly password_given: boolean };
}

/** Makes a user within a change, and answers their id. Errors: `invalid_input`. */
export async function addUser(
  change: Change,
  by: Actor,
  { username, password_hash, details }: NewUser,
): Promise<string> {
  await checkNameIsFree(change, username);
  const id = randomUUID();
  await userRepository.insert(change.db, {
    user_id: id,
    username,
    name: details.name,
    password_hash,
    role: details.role,
    enabled: details.enabled ? 1 : 0,
    locked_until: null,
    last_sign_in_at: null,
    created_at: change.at,
    updated_at: change.at,
    deleted_at: null,
  });
  await change.audit(by, { action: 'user_created', target: { type: 'user', id, name: username }, details });
  await announce(change, 'created', { user_id: id, username });
  return id;
}

/** What an update can change. */
const shown = (row: UserRow) => ({ name: row.name, role: row.role as Role, enabled: row.enabled === 1 });

/** Names of deleted users stay theirs until they are gone for good, so that a name never means two people. */
async function checkNameIsFree(change: Change, username: string): Promise<void> {
  const other = await userRepository.findByName(change.db, username);
  const problems = new Problems();
  if (other?.deleted_at === null)
    problems.add('username', `there is a user "${other.username}"`, 'choose another name');
  else if (other !== undefined) {
    const until = timeText(purgeTime(other.deleted_at)!);
    problems.add(
      'username',
      `is that of a deleted user until ${until}`,
      'restore that one, purge it, or choose another',
    );
  }
  if (isIdLike(username)) problems.add('username', 'has the form of an id', 'choose another name');
  problems.throwIfAny();
}

/** Errors: `conflict` where no administrator could sign in without this one. */
export async function checkAnotherAdministrator(change: Change, row: UserRow): Promise<void> {
  const able = await userRepository.listAdministrators(change.db);
  if (able.some((each) => each.user_id !== row.user_id) || able.length === 0) return;
  const remedy = 'make another user an administrator first';
  throw new PatronusError('conflict', `${row.username} is the last administrator who can sign in; ${remedy}`);
}

/** Tells those who listen what became of a user. */
export const announce = (
  change: Change,
  done: 'created' | 'updated' | 'deleted' | 'restored' | 'purged',
  { user_id, username }: Pick<UserRow, 'user_id' | 'username'>,
): Promise<void> =>
  change.event({
    eventType: `object_${done}`,
    message: `User ${username} was ${done}`,
    metadata: { object: 'user', id: user_id },
  });
