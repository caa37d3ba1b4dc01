import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { InvalidInputError, PatronusError } from '@patronus/core';
import { anonymousActor, systemActor, type Actor, type AuditTarget } from '../audit/index.ts';
import type { Change, Store } from '../database/index.ts';
import { userRepository, type UserRow } from '../repositories/index.ts';
import type { Caller, Role } from './caller.ts';
import { passwordProblems } from './password-rules.ts';
import { accessTokenSeconds, type TokenSigner } from './token-signer.ts';

/** Wrong passwords in a row before an account is locked, and for how long: ten guesses a quarter of an hour are no attack. */
const maxFailures = 10;
const lockMs = 15 * 60_000;
const refreshTokenMs = 7 * 24 * 3_600_000;

export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  /** Seconds until the access token expires. */
  readonly expires_in: number;
}

/** Users with passwords and their sessions. Passwords are kept as Argon2id in PHC form. */
export class SignInService {
  readonly #store: Store;
  readonly #signer: TokenSigner;
  /** Digest of the one-time token that lets the first administrator choose a password; null once there is one. */
  #setupDigest: Buffer | null = null;
  /** Compared with where the user is unknown, so that the answer takes as long. */
  readonly #decoy = hash(randomBytes(16).toString('hex'));

  constructor(store: Store, signer: TokenSigner) {
    this.#store = store;
    this.#signer = signer;
  }

  /**
   * Makes the first administrator with the given password, or answers the one-time token to choose one with; null when
   * there is an administrator already. Errors: `invalid_input` for a weak password.
   */
  async prepareFirstSignIn(password: string | undefined): Promise<string | null> {
    if ((await userRepository.count(this.#store.db)) > 0) return null;
    if (password !== undefined) {
      await this.#createAdministrator(systemActor, { username: 'admin', password, field: 'PATRONUS_ADMIN_PASSWORD' });
      return null;
    }
    const token = randomBytes(24).toString('base64url');
    this.#setupDigest = digest(token);
    return token;
  }

  /** Uses the one-time token. Errors: `unauthenticated`, `invalid_input`. */
  async setup(address: string | null, token: string, password: string, username = 'admin'): Promise<TokenPair> {
    if (this.#setupDigest === null || !timingSafeEqual(digest(token), this.#setupDigest)) {
      throw new PatronusError('unauthenticated', 'this setup link is not valid or was used; restart for a new one');
    }
    const by = anonymousActor(address);
    const user = await this.#createAdministrator(by, { username, password, field: 'password' });
    this.#setupDigest = null;
    return this.#open(user, address);
  }

  /** Errors: `unauthenticated`, `rate_limited` while the account is locked. */
  async login(address: string | null, username: string, password: string): Promise<TokenPair> {
    const user = await userRepository.findByName(this.#store.db, username);
    if (user?.locked_until !== undefined && user.locked_until !== null && user.locked_until > this.#store.wallMs) {
      const seconds = Math.ceil((user.locked_until - this.#store.wallMs) / 1000);
      await this.#store.change((change) => noteFailure(change, user, address));
      throw new PatronusError('rate_limited', `too many wrong passwords; try again in ${seconds} s`, {
        facts: { retryAfterSeconds: seconds },
      });
    }
    const isRight = await verify(user?.password_hash ?? (await this.#decoy), password);
    if (user !== undefined && isRight) return this.#open(user, address);
    await this.#countFailure(user, address);
    throw new PatronusError('unauthenticated', 'wrong user name or password');
  }

  /** Exchanges a refresh token for a new pair. One used twice revokes its whole session. Errors: `unauthenticated`. */
  async refresh(address: string | null, refreshToken: string): Promise<TokenPair> {
    const invalid = new PatronusError(
      'unauthenticated',
      'the refresh token is not valid or has expired; sign in again',
    );
    const pair = await this.#store.change(async (change) => {
      const row = await userRepository.findRefreshToken(change.db, tokenHash(refreshToken));
      const session = row && (await userRepository.findLiveSession(change.db, row.session_id));
      if (row === undefined || session === undefined || row.expires_at <= change.at) return null;
      if (row.used_at !== null) {
        await userRepository.revokeSession(change.db, row.session_id, change.at);
        const target = { type: 'session', id: session.session_id, name: session.username } as const;
        await change.audit(anonymousActor(address), { action: 'refresh_token_reused', target, result: 'refused' });
        return null;
      }
      await userRepository.markRefreshTokenUsed(change.db, row.token_hash, change.at);
      return this.#issue(change, { sessionId: session.session_id, username: session.username });
    });
    if (pair === null) throw invalid;
    return pair;
  }

  /** Ends the session of a refresh token; one that is unknown is as good as ended. */
  async logout(address: string | null, refreshToken: string): Promise<void> {
    await this.#store.change(async (change) => {
      const row = await userRepository.findRefreshToken(change.db, tokenHash(refreshToken));
      const session = row && (await userRepository.findLiveSession(change.db, row.session_id));
      if (session === undefined) return;
      await userRepository.revokeSession(change.db, session.session_id, change.at);
      const target = { type: 'session', id: session.session_id, name: session.username } as const;
      await change.audit(asActor(session, address), { action: 'sign_out', target });
    });
  }

  /** Who an access token belongs to; a revoked session counts at once. Errors: `unauthenticated`. */
  async caller(accessToken: string): Promise<Caller> {
    const sessionId = await this.#signer.verify(accessToken);
    const session = await userRepository.findLiveSession(this.#store.db, sessionId);
    if (session === undefined) throw new PatronusError('unauthenticated', 'this session has ended; sign in again');
    return { type: 'user', id: session.user_id, name: session.username, role: session.role as Role };
  }

  async #createAdministrator(
    by: Actor,
    { username, password, field }: { username: string; password: string; field: string },
  ): Promise<UserRow> {
    const problems = passwordProblems(password, field);
    if (problems.length > 0) throw new InvalidInputError(problems);
    const user: UserRow = {
      user_id: randomUUID(),
      username,
      password_hash: await hash(password),
      role: 'admin',
      failed_logins: 0,
      locked_until: null,
      created_at: this.#store.wallMs,
    };
    await this.#store.change(async (change) => {
      await userRepository.insert(change.db, user);
      await change.audit(by, { action: 'password_set', target: userTarget(user), details: { role: user.role } });
    });
    return user;
  }

  async #countFailure(user: UserRow | undefined, address: string | null): Promise<void> {
    await this.#store.change(async (change) => {
      await noteFailure(change, user, address);
      if (user !== undefined) {
        const failures = user.failed_logins + 1;
        const locked_until = failures >= maxFailures ? change.at + lockMs : null;
        const failed_logins = locked_until === null ? failures : 0;
        await userRepository.update(change.db, user.user_id, { failed_logins, locked_until });
        if (locked_until !== null) {
          const details = { locked_until };
          await change.audit(systemActor, { action: 'account_locked', target: userTarget(user), details });
        }
      }
      const known = user === undefined ? 'an unknown user' : user.username;
      await change.event({ eventType: 'sign_in_failed', message: `Sign-in failed for ${known}`, metadata: {} });
    });
  }

  #open(user: UserRow, address: string | null): Promise<TokenPair> {
    return this.#store.change(async (change) => {
      const sessionId = randomUUID();
      await userRepository.update(change.db, user.user_id, { failed_logins: 0, locked_until: null });
      const row = { session_id: sessionId, user_id: user.user_id, created_at: change.at, revoked_at: null };
      await userRepository.pruneSessions(change.db, change.at);
      await userRepository.insertSession(change.db, row);
      const target = { type: 'session', id: sessionId, name: user.username } as const;
      await change.audit(asActor(user, address), { action: 'sign_in', target });
      await change.event({ eventType: 'sign_in', message: `${user.username} signed in`, metadata: {} });
      return this.#issue(change, { sessionId, username: user.username });
    });
  }

  async #issue(change: Change, session: { sessionId: string; username: string }): Promise<TokenPair> {
    const refreshToken = `ptr_${randomBytes(32).toString('base64url')}`;
    const row = { token_hash: tokenHash(refreshToken), session_id: session.sessionId };
    await userRepository.insertRefreshToken(change.db, {
      ...row,
      expires_at: change.at + refreshTokenMs,
      used_at: null,
    });
    return {
      access_token: await this.#signer.sign(session),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: accessTokenSeconds,
    };
  }
}

/** Of a user that is unknown not even the name: people type passwords there by mistake. */
const noteFailure = (change: Change, user: UserRow | undefined, address: string | null): Promise<void> => {
  const isLocked = user !== undefined && user.locked_until !== null && user.locked_until > change.at;
  const reason = user === undefined ? 'unknown user' : isLocked ? 'account locked' : 'wrong password';
  return change.audit(anonymousActor(address), {
    action: 'sign_in_failed',
    target: user === undefined ? { type: 'user', id: null, name: null } : userTarget(user),
    result: isLocked ? 'refused' : 'failed',
    details: { reason },
  });
};

type UserRef = Pick<UserRow, 'user_id' | 'username'>;

const userTarget = (user: UserRef): AuditTarget => ({ type: 'user', id: user.user_id, name: user.username });
const asActor = (user: UserRef, address: string | null): Actor => ({
  type: 'user',
  id: user.user_id,
  name: user.username,
  address,
});

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const tokenHash = (token: string): string => digest(token).toString('hex');
