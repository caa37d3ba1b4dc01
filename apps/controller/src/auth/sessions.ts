import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import { anonymousActor, type Actor, type AuditTarget } from '../audit/index.ts';
import type { Change, Store } from '../database/index.ts';
import { sessionRepository, userRepository, type SessionRow, type UserRow } from '../repositories/index.ts';
import type { Caller, Role } from './caller.ts';
import { LastUse } from './last-use.ts';
import type { Origin } from './origin.ts';
import { accessTokenSeconds, type TokenSigner } from './token-signer.ts';

const refreshTokenMs = 7 * 24 * 3_600_000;

export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  /** Seconds until the access token expires. */
  readonly expires_in: number;
}

/** What a browser keeps in a cookie. */
export interface CookieSession {
  readonly secret: string;
  /** Unix ms. */
  readonly expiresAt: number;
}

/** The sign-ins of users. One that was ended, or whose user may not sign in any more, counts for nothing at once. */
export class Sessions {
  readonly #store: Store;
  readonly #signer: TokenSigner;
  readonly #lastUse = new LastUse();
  #revocations = 0;

  constructor(store: Store, signer: TokenSigner) {
    this.#store = store;
    this.#signer = signer;
  }

  /** Changes whenever callers may have lost a right, so that what was allowed before is asked again. */
  get revocations(): number {
    return this.#revocations;
  }

  /** To be called within a change that takes rights away. */
  noteRevocation(change: Change): void {
    change.afterCommit(() => this.#revocations++);
  }

  /** A new session of a user who has shown who they are; `details` say how, where it was neither password nor passkey. */
  async open(
    change: Change,
    user: UserRow,
    origin: Origin,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<TokenPair> {
    const sessionId = randomUUID();
    await userRepository.note(change.db, user.user_id, {
      failed_logins: 0,
      locked_until: null,
      last_sign_in_at: change.at,
    });
    await sessionRepository.prune(change.db, change.at);
    await sessionRepository.insert(change.db, {
      session_id: sessionId,
      user_id: user.user_id,
      address: origin.address,
      user_agent: origin.userAgent,
      machine: origin.machine ?? null,
      created_at: change.at,
      last_used_at: change.at,
      revoked_at: null,
    });
    const target = { type: 'session', id: sessionId, name: user.username } as const;
    await change.audit(userActor(user, origin.address), { action: 'sign_in', target, details });
    await change.event({ eventType: 'sign_in', message: `${user.username} signed in`, metadata: {} });
    return this.#issue(change, { sessionId, userId: user.user_id });
  }

  /** Exchanges a refresh token for a new pair. One used twice revokes its whole session. Errors: `unauthenticated`. */
  async refresh(address: string | null, refreshToken: string): Promise<TokenPair> {
    const invalid = new PatronusError(
      'unauthenticated',
      'the refresh token is not valid or has expired; sign in again',
    );
    const pair = await this.#store.change(async (change) => {
      const row = await sessionRepository.findRefreshToken(change.db, tokenHash(refreshToken));
      const session = row && (await sessionRepository.findLive(change.db, row.session_id));
      if (row === undefined || session === undefined || row.expires_at <= change.at) return null;
      if (row.used_at !== null) {
        await this.#revoke(change, session);
        const entry = { action: 'refresh_token_reused', target: targetOf(session), result: 'refused' } as const;
        await change.audit(anonymousActor(address), entry);
        return null;
      }
      await sessionRepository.markRefreshTokenUsed(change.db, row.token_hash, change.at);
      await sessionRepository.noteUse(change.db, session.session_id, change.at);
      return this.#issue(change, { sessionId: session.session_id, userId: session.user_id });
    });
    if (pair === null) throw invalid;
    return pair;
  }

  /** Has a cookie go on with the session of a fresh refresh token, which is good for nothing afterwards. */
  async exchangeForCookie(refreshToken: string): Promise<CookieSession> {
    const secret = `ptc_${randomBytes(32).toString('base64url')}`;
    return this.#store.change(async ({ db, at }) => {
      const row = await sessionRepository.findRefreshToken(db, tokenHash(refreshToken));
      if (row === undefined) throw new Error('the refresh token of a session that was just opened is not there');
      await sessionRepository.deleteRefreshToken(db, row.token_hash);
      const expires_at = at + refreshTokenMs;
      const cookie = { token_hash: cookieHash(secret), session_id: row.session_id, expires_at, used_at: null };
      await sessionRepository.insertRefreshToken(db, cookie);
      return { secret, expiresAt: expires_at };
    });
  }

  /** Who a cookie belongs to; null once its session has ended or its time is over. */
  async callerOfCookie(secret: string): Promise<Caller | null> {
    const row = await sessionRepository.findRefreshToken(this.#store.db, cookieHash(secret));
    if (row === undefined || row.expires_at <= this.#store.wallMs) return null;
    const isLive = (await sessionRepository.findLive(this.#store.db, row.session_id)) !== undefined;
    return isLive ? this.callerOfSession(row.session_id) : null;
  }

  /** Ends the session of a refresh token; one that is unknown is as good as ended. */
  async logout(address: string | null, refreshToken: string): Promise<void> {
    await this.#store.change(async (change) => {
      const row = await sessionRepository.findRefreshToken(change.db, tokenHash(refreshToken));
      const session = row && (await sessionRepository.findLive(change.db, row.session_id));
      if (session === undefined) return;
      await this.#revoke(change, session);
      await change.audit(userActor(session, address), { action: 'sign_out', target: targetOf(session) });
    });
  }

  /** Who an access token belongs to. Errors: `unauthenticated`. */
  async caller(accessToken: string): Promise<Caller> {
    return this.callerOfSession(await this.#signer.verify(accessToken));
  }

  /** Errors: `unauthenticated` once it has ended. */
  async callerOfSession(sessionId: string): Promise<Caller> {
    const session = await sessionRepository.findLive(this.#store.db, sessionId);
    if (session === undefined) throw new PatronusError('unauthenticated', 'this session has ended; sign in again');
    await this.#noteUse(session);
    const { user_id: userId, username, role } = session;
    return { type: 'user', id: userId, name: username, role: role as Role, userId, sessionId, scopes: null };
  }

  /** Whose session it is; null when there is none. */
  async ownerOf(sessionId: string): Promise<string | null> {
    return (await sessionRepository.findLive(this.#store.db, sessionId))?.user_id ?? null;
  }

  /** Those that can still be used, of one user or of all. */
  list(userId?: string): Promise<SessionRow[]> {
    return sessionRepository.listLive(this.#store.db, this.#store.wallMs, userId);
  }

  /** Errors: `not_found`. */
  async end(by: Actor, sessionId: string): Promise<void> {
    await this.#store.change(async (change) => {
      const session = await sessionRepository.findLive(change.db, sessionId);
      if (session === undefined) {
        throw new PatronusError('not_found', `there is no session "${sessionId}"; list them to see what there is`);
      }
      await this.#revoke(change, session);
      await change.audit(by, { action: 'session_ended', target: targetOf(session) });
    });
  }

  /** Ends all sessions of a user, within a change that says why; answers how many there were. */
  endAll(change: Change, userId: string): Promise<number> {
    this.noteRevocation(change);
    return sessionRepository.revokeOfUser(change.db, userId, change.at);
  }

  async #revoke(change: Change, session: SessionRow): Promise<void> {
    this.noteRevocation(change);
    await sessionRepository.revoke(change.db, session.session_id, change.at);
  }

  async #noteUse({ session_id, last_used_at }: SessionRow): Promise<void> {
    if (!this.#lastUse.isDue(session_id, last_used_at, this.#store.wallMs)) return;
    const noted = this.#store.change(({ db, at }) => sessionRepository.noteUse(db, session_id, at));
    // A disk that is full is no reason to refuse somebody who only reads; writes tell of it.
    await noted.catch(() => undefined);
  }

  async #issue(change: Change, session: { sessionId: string; userId: string }): Promise<TokenPair> {
    const refreshToken = `ptr_${randomBytes(32).toString('base64url')}`;
    await sessionRepository.insertRefreshToken(change.db, {
      token_hash: tokenHash(refreshToken),
      session_id: session.sessionId,
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

type UserRef = Pick<UserRow, 'user_id' | 'username'>;

/** A user as one who answers for something. */
export const userActor = (user: UserRef, address: string | null): Actor => ({
  type: 'user',
  id: user.user_id,
  name: user.username,
  address,
});

const targetOf = (session: SessionRow): AuditTarget => ({
  type: 'session',
  id: session.session_id,
  name: session.username,
});

/** Another than that of a refresh token with the same text, so that a cookie cannot be used as one. */
const cookieHash = (secret: string): string => tokenHash(`cookie ${secret}`);

/** What is stored of a random secret: 256 bits need no salt and no slow hash. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');
