import { InvalidInputError, PatronusError } from '@patronus/core';
import type { Actor, AuditTarget } from '../audit/index.ts';
import {
  accountOf,
  noteFailure,
  provePassword,
  requireLocal,
  userActor,
  type Caller,
  type Origin,
  type Sessions,
  type TokenPair,
} from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { passkeyRepository, type PasskeyRow } from '../repositories/passkey-repository.ts';
import { userRepository, type UserRow } from '../repositories/user-repository.ts';
import { found } from './found.ts';
import type { NewPasskeyInput, PasskeyProof } from './passkey-input.ts';

/** Long enough to find the telephone. */
const challengeMs = 5 * 60_000;

/** The page that asks a browser for a passkey: passkeys belong to one host. */
export interface PasskeySite {
  /** `https://controller.example.net` */
  readonly origin: string;
  readonly host: string;
}

/** A passkey as the API shows it. Times are unix ms. */
export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly username: string;
  readonly host: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** EdDSA, ES256, RS256 (COSE numbers): one of them is in every device. */
const algorithms = [-8, -7, -257];

/** Loaded when somebody first uses a passkey: it reads certificates of every maker, and takes some megabytes. */
const library = () => import('@simplewebauthn/server');

/** Passkeys (WebAuthn level 3): a key in a device that its user unlocks is password and code in one. */
export class PasskeyService {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #isOn: boolean;

  /** With `isOn` false passkeys open nothing here. */
  constructor(store: Store, sessions: Sessions, isOn = true) {
    this.#store = store;
    this.#sessions = sessions;
    this.#isOn = isOn;
  }

  /** What a browser needs to create one. Errors: `conflict` without an account, `invalid_input` for a wrong password. */
  async begin(caller: Caller, address: string | null, site: PasskeySite, password: string): Promise<object> {
    const user = await accountOf(this.#store, caller);
    await provePassword(this.#store, user, { password, field: 'password', address });
    const { generateRegistrationOptions } = await library();
    const known = await passkeyRepository.list(this.#store.db, user.user_id);
    const options = await generateRegistrationOptions({
      rpName: 'Patronus',
      rpID: site.host,
      userName: user.username,
      userDisplayName: user.name === '' ? user.username : user.name,
      userID: new Uint8Array(Buffer.from(user.user_id)),
      excludeCredentials: known.map(({ credential_id: id }) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: algorithms,
      timeout: challengeMs,
    });
    await this.#keepChallenge(options.challenge, user.user_id);
    return options;
  }

  /** Errors: `conflict` without an account, `invalid_input` for an answer that does not fit. */
  async add(caller: Caller, address: string | null, site: PasskeySite, input: NewPasskeyInput): Promise<PasskeyView> {
    const user = await accountOf(this.#store, caller);
    const { credential, challenge } = await registered(site, input);
    await this.#store.change(async (change) => {
      if (!(await passkeyRepository.useChallenge(change.db, challenge, user.user_id, change.at))) throw unfitting();
      if ((await passkeyRepository.find(change.db, credential.id)) !== undefined) throw unfitting();
      const row = {
        credential_id: credential.id,
        user_id: user.user_id,
        name: input.name,
        public_key: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports: JSON.stringify(input.transports ?? []),
        host: site.host,
        created_at: change.at,
        last_used_at: null,
      };
      await passkeyRepository.insert(change.db, row);
      const target = { type: 'passkey', id: credential.id, name: input.name } as const;
      await change.audit(userActor(user, address), { action: 'passkey_added', target, details: { host: site.host } });
    });
    return view(found(await passkeyRepository.find(this.#store.db, credential.id), 'passkey', credential.id));
  }

  /** What a browser needs to sign somebody in, whoever that will be. */
  async beginSignIn(site: PasskeySite): Promise<object> {
    const { generateAuthenticationOptions } = await library();
    const options = await generateAuthenticationOptions({
      rpID: site.host,
      userVerification: 'required',
      timeout: challengeMs,
    });
    await this.#keepChallenge(options.challenge, null);
    return options;
  }

  /** Signs in by a passkey; no password or code is asked for. Errors: `unauthenticated`, `forbidden` where it is off. */
  async signIn(origin: Origin, site: PasskeySite, proof: PasskeyProof): Promise<TokenPair> {
    requireLocal(this.#isOn);
    const passkey = await passkeyRepository.find(this.#store.db, proof.id);
    const proven = passkey === undefined ? null : await authenticated(site, passkey, proof);
    const pair = await this.#store.change(async (change) => {
      const user = passkey && (await userRepository.find(change.db, passkey.user_id));
      const isUsable =
        proven !== null &&
        user?.enabled === 1 &&
        (await passkeyRepository.useChallenge(change.db, proven.challenge, null, change.at));
      if (!isUsable) {
        await noteFailure(change, user, origin.address, 'wrong passkey');
        return null;
      }
      await passkeyRepository.noteUse(change.db, proof.id, proven.counter, change.at);
      return this.#sessions.open(change, user, origin);
    });
    if (pair === null)
      throw new PatronusError('unauthenticated', 'this passkey is not known here, or its answer is too old');
    return pair;
  }

  /** Of one user, or of all. */
  async list(userId?: string): Promise<PasskeyView[]> {
    return (await passkeyRepository.list(this.#store.db, userId)).map(view);
  }

  /** Whose passkey it is; null when there is none. */
  async ownerOf(id: string): Promise<string | null> {
    return (await passkeyRepository.find(this.#store.db, id))?.user_id ?? null;
  }

  /** It opens nothing any more. Errors: `not_found`. */
  async remove(by: Actor, id: string): Promise<void> {
    await this.#store.change(async (change) => {
      const row = found(await passkeyRepository.find(change.db, id), 'passkey', id);
      await passkeyRepository.delete(change.db, id);
      await change.audit(by, { action: 'passkey_removed', target: target(row), details: { user: row.username } });
    });
  }

  async #keepChallenge(challenge: string, userId: UserRow['user_id'] | null): Promise<void> {
    await this.#store.change(async ({ db, at }: Change) => {
      await passkeyRepository.pruneChallenges(db, at);
      await passkeyRepository.insertChallenge(db, { challenge, user_id: userId, expires_at: at + challengeMs });
    });
  }
}

/** The challenge is used up within the change that counts on it; here it is only read. */
async function registered(site: PasskeySite, input: NewPasskeyInput) {
  const { verifyRegistrationResponse } = await library();
  const seen = { challenge: '' };
  const result = await verifyRegistrationResponse({
    response: {
      id: input.id,
      rawId: input.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: { clientDataJSON: input.client_data_json, attestationObject: input.attestation_object },
    },
    expectedChallenge: (challenge) => (seen.challenge = challenge) !== '',
    expectedOrigin: site.origin,
    expectedRPID: site.host,
    supportedAlgorithmIDs: algorithms,
    requireUserVerification: true,
  }).catch((cause: unknown) => {
    throw unfitting(cause);
  });
  if (!result.verified) throw unfitting();
  return { credential: result.registrationInfo.credential, challenge: seen.challenge };
}

/** Null where the answer was not made by the passkey, for this host, by a user who unlocked it. */
async function authenticated(site: PasskeySite, passkey: PasskeyRow, proof: PasskeyProof) {
  const { verifyAuthenticationResponse } = await library();
  const seen = { challenge: '' };
  const result = await verifyAuthenticationResponse({
    response: {
      id: proof.id,
      rawId: proof.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: proof.client_data_json,
        authenticatorData: proof.authenticator_data,
        signature: proof.signature,
      },
    },
    expectedChallenge: (challenge) => (seen.challenge = challenge) !== '',
    expectedOrigin: site.origin,
    expectedRPID: passkey.host,
    credential: {
      id: passkey.credential_id,
      publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => ({ verified: false }) as const);
  return result.verified ? { challenge: seen.challenge, counter: result.authenticationInfo.newCounter } : null;
}

const unfitting = (cause?: unknown): InvalidInputError => {
  const problem = 'does not answer what was asked, or is too old';
  const error = new InvalidInputError([{ field: 'attestation_object', problem, remedy: 'begin again' }]);
  error.cause = cause;
  return error;
};

const target = (row: PasskeyRow): AuditTarget => ({ type: 'passkey', id: row.credential_id, name: row.name });

const view = (row: PasskeyRow): PasskeyView => ({
  id: row.credential_id,
  name: row.name,
  userId: row.user_id,
  username: row.username,
  host: row.host,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});
