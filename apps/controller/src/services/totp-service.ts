import { Type, type Static } from 'typebox';
import type { Actor } from '../audit/index.ts';
import { accountOf, provePassword, userActor, type Caller, type Totp, type TotpSetup } from '../auth/index.ts';
import type { Store } from '../database/store.ts';
import { userRepository } from '../repositories/user-repository.ts';
import { found } from './found.ts';

const exact = { additionalProperties: false };
export const TotpBeginSchema = Type.Object({ password: Type.String({ maxLength: 1_024 }) }, exact);
export const CodeSchema = Type.Object({ code: Type.String({ pattern: '^\\d{6}$', description: 'Of the app' }) }, exact);
export type CodeInput = Static<typeof CodeSchema>;

/** The codes that users are asked for at the sign-in, as they and administrators set them up. */
export class TotpService {
  readonly #store: Store;
  readonly #totp: Totp;

  constructor(store: Store, totp: Totp) {
    this.#store = store;
    this.#totp = totp;
  }

  /** Errors: `conflict` where an app is set up already or the caller has no account, `invalid_input` for a wrong password. */
  async begin(caller: Caller, address: string | null, password: string): Promise<TotpSetup> {
    const user = await accountOf(this.#store, caller);
    await provePassword(this.#store, user, { password, field: 'password', address });
    return this.#totp.begin(user);
  }

  /** Answers the recovery codes, which are shown only now. Errors: `conflict`, `invalid_input` for a wrong code. */
  async confirm(caller: Caller, address: string | null, code: string): Promise<string[]> {
    const user = await accountOf(this.#store, caller);
    return this.#totp.confirm(userActor(user, address), user, code);
  }

  /** Errors: `conflict`, `invalid_input` for a wrong code. */
  async remove(caller: Caller, address: string | null, code: string): Promise<void> {
    const user = await accountOf(this.#store, caller);
    await this.#totp.remove(userActor(user, address), user, code);
  }

  /** New recovery codes, which are shown only now; the old ones work no more. Errors: as {@link remove}. */
  async renewRecoveryCodes(caller: Caller, address: string | null, code: string): Promise<string[]> {
    const user = await accountOf(this.#store, caller);
    return this.#totp.renewRecoveryCodes(userActor(user, address), user, code);
  }

  /** For a user who has lost app and list: says whether they were asked for codes. Errors: `not_found`. */
  async reset(by: Actor, reference: string): Promise<boolean> {
    return this.#store.change(async (change) => {
      const user = found(await userRepository.find(change.db, reference), 'user', reference);
      return this.#totp.disable(change, by, user);
    });
  }
}
