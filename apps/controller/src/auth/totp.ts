import { InvalidInputError, PatronusError } from '@patronus/core';
import type { Actor } from '../audit/index.ts';
import type { Change, Db, Store } from '../database/index.ts';
import { totpRepository, type TotpDeviceRow, type UserRow } from '../repositories/index.ts';
import { placeOf, type SecretBox } from '../secrets/index.ts';
import { isTotpCode, newRecoveryCodes, newTotpSecret, plainRecoveryCode, totpStep, totpUri } from './one-time-codes.ts';
import { tokenHash } from './sessions.ts';
import { userTarget } from './user-target.ts';

/** What an authenticator app is given, shown once. */
export interface TotpSetup {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://totp/…` */
  readonly uri: string;
}

/** What became of a code at the sign-in. */
export type CodeOutcome = 'right' | 'missing' | 'wrong' | 'used before';

/** The second proof at the sign-in: codes from an authenticator app (RFC 6238), or from a list for who has lost it. */
export class Totp {
  readonly #store: Store;
  readonly #box: SecretBox;

  constructor(store: Store, box: SecretBox) {
    this.#store = store;
    this.#box = box;
  }

  /** Whether a user must show a code. */
  async isOn(userId: string, db: Db = this.#store.db): Promise<boolean> {
    return (await confirmed(db, userId)) !== undefined;
  }

  /** A secret for the app; it counts once {@link confirm} has seen a code of it. Errors: `conflict` where one counts. */
  async begin(user: UserRow): Promise<TotpSetup> {
    const secret = newTotpSecret();
    await this.#store.change(async ({ db, at }) => {
      if (await this.isOn(user.user_id, db)) throw isOnAlready();
      const sealed = this.#box.seal(placeOf('totp_devices', user.user_id), secret);
      const row = { user_id: user.user_id, secret: sealed, confirmed_at: null, last_step: 0, created_at: at };
      await totpRepository.replace(db, row);
    });
    return { secret, uri: totpUri(secret, user.username) };
  }

  /** From now on codes are asked for; answers the recovery codes. Errors: `conflict`, `invalid_input` for a wrong code. */
  async confirm(by: Actor, user: UserRow, code: string): Promise<string[]> {
    return this.#store.change(async (change) => {
      const device = await totpRepository.find(change.db, user.user_id);
      if (device === undefined)
        throw new PatronusError('conflict', 'there is no secret yet to show a code of; begin first');
      if (device.confirmed_at !== null) throw isOnAlready();
      if ((await this.#useStep(change, device, code)) !== 'right') throw wrongCode();
      await totpRepository.confirm(change.db, user.user_id, change.at);
      await change.audit(by, { action: 'totp_enabled', target: userTarget(user) });
      return renewCodes(change, user);
    });
  }

  /** Errors: `conflict` where codes are not asked for, `invalid_input` for a wrong code. */
  async remove(by: Actor, user: UserRow, code: string): Promise<void> {
    await this.#store.change(async (change) => {
      await this.#require(change, user, code);
      await this.disable(change, by, user);
    });
  }

  /** New recovery codes; the old ones work no more. Errors: as {@link remove}. */
  async renewRecoveryCodes(by: Actor, user: UserRow, code: string): Promise<string[]> {
    return this.#store.change(async (change) => {
      await this.#require(change, user, code);
      await change.audit(by, { action: 'recovery_codes_renewed', target: userTarget(user) });
      return renewCodes(change, user);
    });
  }

  /** No code is asked for any more; says whether one was. */
  async disable(change: Change, by: Actor, user: UserRow): Promise<boolean> {
    const wasOn = await this.isOn(user.user_id, change.db);
    await totpRepository.delete(change.db, user.user_id);
    if (wasOn) await change.audit(by, { action: 'totp_disabled', target: userTarget(user) });
    return wasOn;
  }

  /** Uses up the code that somebody shows at the sign-in: of the app or of the list. `right` where none is asked for. */
  async use(change: Change, by: Actor, user: UserRow, code: string | undefined): Promise<CodeOutcome> {
    const device = await confirmed(change.db, user.user_id);
    if (device === undefined) return 'right';
    if (code === undefined) return 'missing';
    if (isTotpCode(code)) return this.#useStep(change, device, code);
    const hash = tokenHash(plainRecoveryCode(code));
    if (!(await totpRepository.useRecoveryCode(change.db, user.user_id, hash))) return 'wrong';
    const codes_left = await totpRepository.countRecoveryCodes(change.db, user.user_id);
    await change.audit(by, { action: 'recovery_code_used', target: userTarget(user), details: { codes_left } });
    return 'right';
  }

  async #require(change: Change, user: UserRow, code: string): Promise<void> {
    const device = await confirmed(change.db, user.user_id);
    if (device === undefined) throw new PatronusError('conflict', 'no code is asked for at your sign-in');
    if ((await this.#useStep(change, device, code)) !== 'right') throw wrongCode();
  }

  async #useStep(change: Change, device: TotpDeviceRow, code: string): Promise<CodeOutcome> {
    const place = placeOf('totp_devices', device.user_id);
    const step = totpStep(await this.#box.unseal(place, device.secret), code, change.at);
    if (step === null) return 'wrong';
    return (await totpRepository.useStep(change.db, device.user_id, step)) ? 'right' : 'used before';
  }
}

async function confirmed(db: Db, userId: string): Promise<TotpDeviceRow | undefined> {
  const device = await totpRepository.find(db, userId);
  return device === undefined || device.confirmed_at === null ? undefined : device;
}

async function renewCodes({ db }: Change, user: UserRow): Promise<string[]> {
  const codes = newRecoveryCodes();
  await totpRepository.replaceRecoveryCodes(
    db,
    user.user_id,
    codes.map((code) => tokenHash(plainRecoveryCode(code))),
  );
  return codes;
}

const isOnAlready = (): PatronusError =>
  new PatronusError('conflict', 'codes of an app are asked for already; remove that first to use another app');

const wrongCode = (): InvalidInputError =>
  new InvalidInputError([
    {
      field: 'code',
      problem: 'is wrong, or was used before',
      remedy: 'wait for the next one of your app; check its clock',
    },
  ]);
