import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { InvalidInputError, PatronusError } from '@patronus/core';
import { anonymousActor, systemActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/index.ts';
import { userRepository, type UserRow } from '../repositories/index.ts';
import type { Caller } from './caller.ts';
import { isLocked, lockedError, noteFailure } from './lock-out.ts';
import type { Origin } from './origin.ts';
import { isPassword, newPasswordHash } from './passwords.ts';
import { provePassword } from './prove-password.ts';
import { tokenHash, userActor, type Sessions, type TokenPair } from './sessions.ts';
import type { Totp } from './totp.ts';
import { userTarget } from './user-target.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Of the user's app or list, where one is asked for. */
  readonly code?: string | undefined;
}

export interface LinkUse {
  readonly token: string;
  readonly password: string;
  /** Of the first administrator; of others it is known. */
  readonly username?: string | undefined;
  readonly code?: string | undefined;
}

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Users show who they are by a password, and a code where they wish, and choose the password. */
export class SignInService {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #totp: Totp;
  readonly #isOn: boolean;
  /** Hash of the one-time token that lets the first administrator choose a password; null once there is one. */
  #setupHash: string | null = null;

  /** With `isOn` false passwords open nothing here. */
  constructor(store: Store, sessions: Sessions, totp: Totp, isOn = true) {
    this.#store = store;
    this.#sessions = sessions;
    this.#totp = totp;
    this.#isOn = isOn;
  }

  /**
   * Makes the first administrator with the given password, or answers the one-time token to choose one with; null when
   * there is an administrator already. Errors: `invalid_input` for a weak password.
   */
  async prepareFirstSignIn(password: string | undefined): Promise<string | null> {
    if ((await userRepository.listAdministrators(this.#store.db)).length > 0) return null;
    if (password !== undefined) {
      const user = await this.#firstAdministrator('admin', password, 'PATRONUS_ADMIN_PASSWORD');
      await this.#store.change((change) => insertAdministrator(change, systemActor, user));
      return null;
    }
    if (!this.#isOn) return null;
    const token = randomBytes(24).toString('base64url');
    this.#setupHash = tokenHash(token);
    return token;
  }

  /** Whether the controller still waits for its first administrator to use the link. */
  get isSetupPending(): boolean {
    return this.#setupHash !== null;
  }

  /**
   * Uses a one-time link: that of the first administrator, who may choose a name as well, or one that an administrator made
   * for a user. Errors: `unauthenticated`, `mfa_required`, `invalid_input`.
   */
  async setup(origin: Origin, use: LinkUse): Promise<TokenPair> {
    requireLocal(this.#isOn);
    const hash = tokenHash(use.token);
    if (this.#setupHash === null || !timingSafeEqual(Buffer.from(hash), Buffer.from(this.#setupHash))) {
      return this.#usePasswordLink(origin, hash, use);
    }
    const user = await this.#firstAdministrator(use.username ?? 'admin', use.password, 'password');
    return this.#store.change(async (change) => {
      if ((await userRepository.listAdministrators(change.db)).length > 0) throw usedLink();
      await insertAdministrator(change, anonymousActor(origin.address), user);
      change.afterCommit(() => (this.#setupHash = null));
      return this.#sessions.open(change, user, origin);
    });
  }

  /** Errors: `unauthenticated`, `mfa_required`, `rate_limited` while the account is locked; `forbidden` where it is off. */
  async login(origin: Origin, { username, password, code }: Credentials): Promise<TokenPair> {
    requireLocal(this.#isOn);
    const known = await userRepository.findByName(this.#store.db, username);
    const user = known !== undefined && known.enabled === 1 && known.deleted_at === null ? known : null;
    if (user !== null && isLocked(user, this.#store.wallMs)) {
      await this.#store.change((change) => noteFailure(change, known, origin.address));
      throw lockedError(user, this.#store.wallMs);
    }
    if (await isPassword(user, password)) {
      return this.#withCode(user!, origin, code, (change, fresh) => this.#sessions.open(change, fresh, origin));
    }
    await this.#store.change((change) => noteFailure(change, known, origin.address));
    throw new PatronusError('unauthenticated', 'wrong user name or password');
  }

  /**
   * Sets the caller's own password, ends all of their sessions, and answers a new one. Wrong current passwords count as
   * those of a sign-in do. Errors: `conflict` for a caller without an account, `invalid_input`, `rate_limited`.
   */
  async changePassword(caller: Caller, origin: Origin, input: PasswordChange): Promise<TokenPair> {
    const user = await accountOf(this.#store, caller);
    const proof = { password: input.currentPassword, field: 'current_password', address: origin.address };
    await provePassword(this.#store, user, proof);
    const password_hash = await newPasswordHash(input.newPassword, 'new_password', wordsOf(user));
    return this.#store.change(async (change) => {
      const by = userActor(user, origin.address);
      await setPassword(change, this.#sessions, by, { user, password_hash });
      return this.#sessions.open(change, user, origin);
    });
  }

  /** Errors: `unauthenticated` for a link that is unknown, too old, or was used. */
  async #usePasswordLink(origin: Origin, hash: string, { password, code }: LinkUse): Promise<TokenPair> {
    const known = await linkedUser(this.#store.db, hash, this.#store.wallMs);
    const password_hash = await newPasswordHash(password, 'password', wordsOf(known));
    return this.#withCode(known, origin, code, async (change, user) => {
      await linkedUser(change.db, hash, change.at);
      const by = anonymousActor(origin.address);
      await setPassword(change, this.#sessions, by, { user, password_hash });
      return this.#sessions.open(change, user, origin);
    });
  }

  /**
   * Does something for a user who has shown who they are but for the code, if that is right or none is asked for. What the
   * change sees counts: the account may have been locked or taken away meanwhile, and the code used.
   */
  async #withCode(
    { user_id }: UserRow,
    origin: Origin,
    code: string | undefined,
    work: (change: Change, user: UserRow) => Promise<TokenPair>,
  ): Promise<TokenPair> {
    const outcome = await this.#store.change(async (change) => {
      const user = await userRepository.find(change.db, user_id);
      if (user === undefined || user.enabled === 0) return 'wrong';
      if (isLocked(user, change.at)) throw lockedError(user, change.at);
      const used = await this.#totp.use(change, userActor(user, origin.address), user, code);
      if (used === 'right') return work(change, user);
      if (used !== 'missing') await noteFailure(change, user, origin.address, codeReasons[used]);
      return used;
    });
    if (typeof outcome === 'object') return outcome;
    if (outcome !== 'missing') throw new PatronusError('unauthenticated', 'wrong user name, password or code');
    throw new PatronusError(
      'mfa_required',
      'the password is right; send the code of your authenticator app with it, as `code`',
    );
  }

  async #firstAdministrator(username: string, password: string, field: string): Promise<UserRow> {
    const at = this.#store.wallMs;
    return {
      user_id: randomUUID(),
      username,
      name: '',
      password_hash: await newPasswordHash(password, field, [username]),
      role: 'admin',
      enabled: 1,
      failed_logins: 0,
      locked_until: null,
      last_sign_in_at: null,
      created_at: at,
      updated_at: at,
      deleted_at: null,
      version: 1,
    };
  }
}

/** Errors: `forbidden` where only single sign-on opens accounts. */
export function requireLocal(isOn: boolean): void {
  if (isOn) return;
  const text = 'passwords and passkeys open nothing here (PATRONUS_LOCAL_SIGN_IN is off); use single sign-on';
  throw new PatronusError('forbidden', text);
}

/** As the audit log tells them. */
const codeReasons = { wrong: 'wrong code', 'used before': 'code used before' } as const;

/** What guessing a user's password would start with. */
export const wordsOf = ({ username, name }: Pick<UserRow, 'username' | 'name'>): string[] => [username, name];

/** The user that a caller is. Errors: `conflict` for the local token, which is nobody's. */
export async function accountOf(store: Store, { userId }: Caller): Promise<UserRow> {
  const user = userId === null ? undefined : await userRepository.find(store.db, userId);
  if (user !== undefined) return user;
  throw new PatronusError('conflict', 'the local token belongs to no user; sign in as one with `patronus login`');
}

/** The password is another one now, whatever opened the account before opens it no more, and a lock is over. */
export async function setPassword(
  change: Change,
  sessions: Sessions,
  by: Actor,
  { user, password_hash }: { readonly user: UserRow; readonly password_hash: string },
): Promise<void> {
  const unlocked = { failed_logins: 0, locked_until: null };
  await userRepository.update(change.db, user.user_id, { password_hash, ...unlocked, updated_at: change.at });
  await userRepository.deletePasswordLinks(change.db, user.user_id);
  const sessions_ended = await sessions.endAll(change, user.user_id);
  await change.audit(by, { action: 'password_set', target: userTarget(user), details: { sessions_ended } });
}

async function insertAdministrator(change: Change, by: Actor, user: UserRow): Promise<void> {
  if ((await userRepository.findByName(change.db, user.username)) !== undefined) {
    const problem = `there is a user "${user.username}", who is no administrator`;
    throw new InvalidInputError([{ field: 'username', problem, remedy: 'choose another name, or make them one' }]);
  }
  await userRepository.insert(change.db, user);
  await change.audit(by, { action: 'password_set', target: userTarget(user), details: { role: user.role } });
}

async function linkedUser(db: Store['db'], hash: string, now: number): Promise<UserRow> {
  const link = await userRepository.findPasswordLink(db, hash);
  const user = link && (await userRepository.find(db, link.user_id));
  if (link === undefined || link.expires_at <= now || user === undefined || user.enabled === 0) throw usedLink();
  return user;
}

const usedLink = (): PatronusError =>
  new PatronusError(
    'unauthenticated',
    'this link is not valid, is too old or was used; ask for a new one, or restart the controller for the first one',
  );
