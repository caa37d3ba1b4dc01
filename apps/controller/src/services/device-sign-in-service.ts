import { randomBytes } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import {
  accountOf,
  newUserCode,
  plainUserCode,
  shownUserCode,
  tokenHash,
  userActor,
  type Caller,
  type Origin,
  type Sessions,
  type TokenPair,
} from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { deviceSignInRepository, type DeviceSignInRow } from '../repositories/device-sign-in-repository.ts';
import { sessionRepository } from '../repositories/session-repository.ts';
import { userRepository, type UserRow } from '../repositories/user-repository.ts';

/** Long enough to find a browser and sign in there; codes that live longer are easier to guess, and to pass on. */
const waitingMs = 10 * 60_000;
/** As RFC 8628, section 3.2 has it where nothing is said. */
const pollSeconds = 5;
/** Between two polls; less than programs are told, as neither their timers nor the network are exact. */
const leastBetweenPollsMs = 4_500;
/** Who approves in the last moment is still signed in, though the program asks only some seconds later. */
const collectMs = 60_000;

/** A sign-in that a program has begun. */
export interface DeviceSignInStarted {
  /** For the program alone. */
  readonly deviceCode: string;
  /** For whoever signs it in: `WDJB-MJHT`. */
  readonly userCode: string;
  /** Seconds until both are worth nothing. */
  readonly expiresIn: number;
  /** Seconds between two polls. */
  readonly interval: number;
}

/** One that waits, as somebody sees it who is asked to approve it. Times are unix ms. */
export interface DeviceSignInView {
  readonly userCode: string;
  /** What the program says its machine is called. */
  readonly machine: string | null;
  readonly address: string | null;
  readonly requestedAt: number;
  readonly expiresAt: number;
}

/**
 * Signs programs in by a browser on any machine (OAuth 2.0 Device Authorization Grant, RFC 8628): the program shows a code,
 * somebody who is signed in there approves it, and the program gets a session of theirs.
 */
export class DeviceSignInService {
  readonly #store: Store;
  readonly #sessions: Sessions;

  constructor(store: Store, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  start({ address }: Origin, machine: string | null): Promise<DeviceSignInStarted> {
    const deviceCode = `ptd_${randomBytes(32).toString('base64url')}`;
    return this.#store.change(async ({ db, at }) => {
      await deviceSignInRepository.prune(db, at);
      let user_code = newUserCode();
      while (await deviceSignInRepository.isUsed(db, user_code)) user_code = newUserCode();
      await deviceSignInRepository.insert(db, {
        device_hash: tokenHash(deviceCode),
        user_code,
        machine,
        address,
        decision: null,
        session_id: null,
        created_at: at,
        expires_at: at + waitingMs,
        polled_at: null,
      });
      const userCode = shownUserCode(user_code);
      return { deviceCode, userCode, expiresIn: waitingMs / 1_000, interval: pollSeconds };
    });
  }

  /**
   * A session of whoever has approved it, once. Errors, those of RFC 8628, section 3.5: `authorization_pending`, `slow_down`,
   * `access_denied`, and `expired_token` for one that was used as well.
   */
  async poll(origin: Origin, deviceCode: string): Promise<TokenPair> {
    const hash = tokenHash(deviceCode);
    // Nothing is written for those who ask too often.
    const seen = refusalOf(await deviceSignInRepository.find(this.#store.db, hash), this.#store.wallMs);
    if (seen !== null && seen.code !== 'authorization_pending') throw seen;
    const outcome = await this.#store.change(async (change) => {
      const row = await deviceSignInRepository.find(change.db, hash);
      const refusal = refusalOf(row, change.at);
      if (refusal === null) return this.#collect(change, origin, row!);
      if (refusal.code === 'authorization_pending') {
        await deviceSignInRepository.update(change.db, hash, { polled_at: change.at });
      }
      return refusal;
    });
    if (outcome instanceof PatronusError) throw outcome;
    return outcome;
  }

  /** The one that waits with a code. Errors: `conflict` for a caller without an account, `invalid_input`, `not_found`. */
  async find(caller: Caller, address: string | null, typed: string): Promise<DeviceSignInView> {
    const user = await accountOf(this.#store, caller);
    const code = plainUserCode(typed);
    const row = await deviceSignInRepository.findWaiting(this.#store.db, code, this.#store.wallMs);
    if (row !== undefined) return view(row);
    await this.#store.change((change) => noteWrongCode(change, user, address));
    throw nothingWaits();
  }

  /** Lets the program have a session of the caller's, for as long as theirs lasts. Errors as {@link find}. */
  approve(caller: Caller, address: string | null, typed: string): Promise<void> {
    return this.#decide(caller, address, typed, 'approved');
  }

  /** Errors as {@link find}. */
  refuse(caller: Caller, address: string | null, typed: string): Promise<void> {
    return this.#decide(caller, address, typed, 'refused');
  }

  async #decide(
    caller: Caller,
    address: string | null,
    typed: string,
    decision: 'approved' | 'refused',
  ): Promise<void> {
    const user = await accountOf(this.#store, caller);
    const code = plainUserCode(typed);
    const isDecided = await this.#store.change(async (change) => {
      const row = await deviceSignInRepository.findWaiting(change.db, code, change.at);
      if (row === undefined) {
        await noteWrongCode(change, user, address);
        return false;
      }
      const session_id = decision === 'approved' ? caller.sessionId : null;
      const expires_at = Math.max(row.expires_at, change.at + collectMs);
      await deviceSignInRepository.update(change.db, row.device_hash, { decision, session_id, expires_at });
      const target = { type: 'session', id: null, name: row.machine } as const;
      await change.audit(userActor(user, address), { action: `device_sign_in_${decision}`, target });
      return true;
    });
    if (!isDecided) throw nothingWaits();
  }

  /** Signs the program in, unless whoever approved it was signed out meanwhile. */
  async #collect(change: Change, origin: Origin, row: DeviceSignInRow): Promise<TokenPair | PatronusError> {
    await deviceSignInRepository.delete(change.db, row.device_hash);
    const approval = row.session_id === null ? undefined : await sessionRepository.findLive(change.db, row.session_id);
    const user = approval && (await userRepository.find(change.db, approval.user_id));
    if (user === undefined) {
      return new PatronusError(
        'access_denied',
        'whoever approved this was signed out before the program was signed in',
      );
    }
    return this.#sessions.open(change, user, { ...origin, machine: row.machine }, { way: 'browser' });
  }
}

/** Why a program gets no session now; null once it was approved. */
function refusalOf(row: DeviceSignInRow | undefined, now: number): PatronusError | null {
  if (row === undefined || row.expires_at <= now) {
    return new PatronusError('expired_token', 'this sign-in took too long, was used, or is not known; begin again');
  }
  if (row.decision === 'approved') return null;
  if (row.decision === 'refused') return new PatronusError('access_denied', 'the sign-in was refused in the browser');
  if (row.polled_at !== null && now - row.polled_at < leastBetweenPollsMs) {
    return new PatronusError('slow_down', `ask every ${pollSeconds} s at most, and now 5 s less often than before`);
  }
  return new PatronusError('authorization_pending', 'nobody has approved this sign-in in a browser yet');
}

const nothingWaits = (): PatronusError =>
  new PatronusError(
    'not_found',
    'no sign-in waits with this code: it may be wrong, older than ten minutes, or answered already',
  );

const noteWrongCode = (change: Change, user: UserRow, address: string | null): Promise<void> =>
  change.audit(userActor(user, address), {
    action: 'device_code_wrong',
    target: { type: 'session', id: null, name: null },
    result: 'failed',
  });

const view = (row: DeviceSignInRow): DeviceSignInView => ({
  userCode: shownUserCode(row.user_code),
  machine: row.machine,
  address: row.address,
  requestedAt: row.created_at,
  expiresAt: row.expires_at,
});
