import { randomBytes, randomUUID } from 'node:crypto';
import { PatronusError } from '@patronus/core';
import { anonymousActor, changesBetween, systemActor, type Actor } from '../audit/index.ts';
import {
  tokenHash,
  unknownPasswordHash,
  userActor,
  userTarget,
  type Caller,
  type Origin,
  type Role,
  type Sessions,
  type TokenPair,
} from '../auth/index.ts';
import type { Change, Store } from '../database/store.ts';
import { roleOf, type OidcClient, type OidcPerson } from '../oidc/index.ts';
import { identityRepository, type IdentityRow, type SignOnRequestRow } from '../repositories/identity-repository.ts';
import { sessionRepository } from '../repositories/session-repository.ts';
import { userRepository, type UserRow } from '../repositories/user-repository.ts';
import { found } from './found.ts';
import { isIdLike, usernamePattern } from './user-input.ts';
import { announce } from './user-service.ts';

/** Long enough to find one's password and telephone at the other service. */
const requestMs = 10 * 60_000;
const maxNameLength = 200;

/** A way to sign in, as pages offer it. */
export interface SignInWay {
  readonly kind: 'password' | 'passkey' | 'oidc';
  readonly name: string;
  /** Where a browser goes to begin, for those that leave this controller; else null. */
  readonly startPath: string | null;
}

/** What a service calls a user, as the API shows it. Times are unix ms. */
export interface IdentityView {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly issuer: string;
  readonly subject: string;
  /** Whether the user's name and role are what the service says. */
  readonly managesUser: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** A browser on its way to the service. */
export interface SignOnBegun {
  /** For its cookie. */
  readonly secret: string;
  readonly url: string;
}

/** A browser that came back: with a session, or null where it had one and added an identity. */
export interface SignOnDone {
  readonly tokens: TokenPair | null;
  readonly returnTo: string;
}

export interface SignOnReturn {
  readonly secret: string;
  readonly redirectUri: string;
  /** What stands behind the `?`. */
  readonly query: string;
}

/**
 * Has people in whom a service of single sign-on knows. Whom it calls the same is the same user here, whatever their names:
 * an account that is there already is opened only once its user has added the identity, signed in as themselves.
 */
export class SingleSignOnService {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #client: OidcClient | null;
  readonly #isLocalOn: boolean;

  constructor(store: Store, sessions: Sessions, client: OidcClient | null, isLocalOn: boolean) {
    this.#store = store;
    this.#sessions = sessions;
    this.#client = client;
    this.#isLocalOn = isLocalOn;
  }

  /** The ways to sign in that are open. */
  ways(): SignInWay[] {
    const local: SignInWay[] = [
      { kind: 'password', name: 'Password', startPath: null },
      { kind: 'passkey', name: 'Passkey', startPath: null },
    ];
    const { name } = this.#client?.settings ?? {};
    const other: SignInWay[] = name === undefined ? [] : [{ kind: 'oidc', name, startPath: '/api/v1/auth/oidc/start' }];
    return [...(this.#isLocalOn ? local : []), ...other];
  }

  /**
   * Sends a browser to the service, to come back to `redirectUri`, and here to `returnTo`. With a caller it is to add what
   * they are called there to their account. Errors: `not_found` without a service, `conflict` for a caller without a session,
   * `unreachable`.
   */
  async begin(redirectUri: string, returnTo: string, caller: Caller | null = null): Promise<SignOnBegun> {
    const client = this.#needClient();
    if (caller !== null && caller.sessionId === null) {
      throw new PatronusError('conflict', 'only somebody who signed in can add this to their account');
    }
    const secret = randomBytes(32).toString('base64url');
    const url = await client.authorizationUrl(secret, redirectUri);
    await this.#store.change(async ({ db, at }) => {
      await identityRepository.pruneRequests(db, at);
      await identityRepository.insertRequest(db, {
        secret_hash: tokenHash(secret),
        session_id: caller?.sessionId ?? null,
        return_to: returnTo,
        expires_at: at + requestMs,
      });
    });
    return { secret, url };
  }

  /**
   * Takes the answer that a browser brings back, once. Errors: `unauthenticated`, `forbidden` for somebody who has no role,
   * `conflict` where the name or the identity is somebody else's, `unreachable`.
   */
  async finish(origin: Origin, { secret, redirectUri, query }: SignOnReturn): Promise<SignOnDone> {
    const client = this.#needClient();
    const request = await this.#store.change(({ db, at }) => identityRepository.takeRequest(db, tokenHash(secret), at));
    if (request === undefined) {
      throw new PatronusError(
        'unauthenticated',
        'this sign-in was used, took too long, or began elsewhere; begin again',
      );
    }
    const person = await client.personOf(secret, redirectUri, query);
    if (request.session_id !== null) {
      await this.#link(origin.address, request.session_id, person);
      return { tokens: null, returnTo: request.return_to };
    }
    return { tokens: await this.#signIn(origin, person), returnTo: request.return_to };
  }

  /** Where a browser ends its session with the service too; null where it has no such place. Errors: `unreachable`. */
  async signOutUrl(returnTo: string): Promise<string | null> {
    return this.#client === null ? null : this.#client.endSessionUrl(returnTo);
  }

  /** Of one user, or of all. */
  async list(userId?: string): Promise<IdentityView[]> {
    return (await identityRepository.list(this.#store.db, userId)).map(view);
  }

  /** Whose it is; null when there is none. */
  async ownerOf(id: string): Promise<string | null> {
    return (await identityRepository.find(this.#store.db, id))?.user_id ?? null;
  }

  /** It opens nothing any more. Errors: `not_found`. */
  async unlink(by: Actor, id: string): Promise<void> {
    await this.#store.change(async (change) => {
      const row = found(await identityRepository.find(change.db, id), 'identity', id);
      await identityRepository.delete(change.db, id);
      await change.audit(by, { action: 'identity_unlinked', target: targetOf(row), details: { issuer: row.issuer } });
    });
  }

  #needClient(): OidcClient {
    if (this.#client !== null) return this.#client;
    const text =
      'there is no single sign-on here; an administrator of the controller sets it with PATRONUS_OIDC_ISSUER';
    throw new PatronusError('not_found', text);
  }

  async #signIn(origin: Origin, person: OidcPerson): Promise<TokenPair> {
    const { settings } = this.#needClient();
    const role = roleOf(person.claims, settings.roleClaim, settings.roles, settings.defaultRole);
    // A password that nobody knows takes its time, and is not worked out while others wait.
    const passwordHash = await unknownPasswordHash();
    const outcome = await this.#store.change(async (change) => {
      const identity = await identityRepository.findSubject(change.db, person.issuer, person.subject);
      const user =
        identity === undefined
          ? await this.#admit(change, person, role, passwordHash)
          : await this.#refresh(change, identity, person, role);
      if (user instanceof Refusal) return this.#refuse(change, origin, person, user);
      const details = { issuer: person.issuer };
      return this.#sessions.open(change, user, origin, details);
    });
    if (outcome instanceof PatronusError) throw outcome;
    return outcome;
  }

  /** A new user, for somebody who comes for the first time. */
  async #admit(
    change: Change,
    person: OidcPerson,
    role: Role | null,
    password_hash: string,
  ): Promise<UserRow | Refusal> {
    if (role === null) return noRole(null);
    const username = usernameOf(person, this.#needClient().settings.usernameClaim);
    if (username === null)
      return new Refusal('forbidden', 'no name', 'the service tells no name that can be used here');
    const other = await userRepository.findByName(change.db, username);
    if (other !== undefined) {
      const remedy = 'sign in as that user and add single sign-on to the account, or ask an administrator';
      return new Refusal('conflict', 'name of another user', `there is a user "${username}" here already; ${remedy}`);
    }
    const user_id = randomUUID();
    const name = nameOf(person);
    const row = { user_id, username, name, password_hash, role, enabled: 1 as const, locked_until: null };
    const times = { last_sign_in_at: null, created_at: change.at, updated_at: change.at, deleted_at: null };
    await userRepository.insert(change.db, { ...row, ...times });
    const details = { name, role, enabled: true, password_given: false, issuer: person.issuer };
    await change.audit(systemActor, { action: 'user_created', target: userTarget(row), details });
    await announce(change, 'created', row);
    await addIdentity(change, user_id, person, 1);
    return { ...row, ...times, failed_logins: 0, version: 1 };
  }

  /** The user of an identity that is known, with the role of today where the service brought them here. */
  async #refresh(
    change: Change,
    identity: IdentityRow,
    person: OidcPerson,
    role: Role | null,
  ): Promise<UserRow | Refusal> {
    const user = await userRepository.find(change.db, identity.user_id);
    if (user === undefined || user.enabled === 0) {
      const target = { user_id: identity.user_id, username: identity.username };
      return new Refusal('forbidden', 'account disabled', 'your account here is disabled or deleted', target);
    }
    await identityRepository.noteUse(change.db, identity.identity_id, change.at);
    if (identity.manages_user === 0) return user;
    if (role === null) {
      await this.#sessions.endAll(change, user.user_id);
      return noRole(user);
    }
    const name = nameOf(person) === '' ? user.name : nameOf(person);
    const changed = changesBetween({ name: user.name, role: user.role }, { name, role });
    if (Object.keys(changed).length === 0) return user;
    await userRepository.update(change.db, user.user_id, { name, role, updated_at: change.at });
    this.#sessions.noteRevocation(change);
    const details = { ...changed, issuer: person.issuer };
    await change.audit(systemActor, { action: 'user_updated', target: userTarget(user), details });
    await announce(change, 'updated', user);
    return { ...user, name, role };
  }

  async #refuse(change: Change, origin: Origin, { issuer }: OidcPerson, refusal: Refusal): Promise<PatronusError> {
    const target = refusal.user === null ? ({ type: 'user', id: null, name: null } as const) : userTarget(refusal.user);
    const details = { reason: refusal.reason, issuer };
    const by = anonymousActor(origin.address);
    await change.audit(by, { action: 'sign_in_failed', target, result: 'refused', details });
    return new PatronusError(refusal.code, refusal.text);
  }

  /** Errors: `unauthenticated` once the session has ended that wanted it, `conflict` where it is somebody else's. */
  async #link(
    address: string | null,
    sessionId: NonNullable<SignOnRequestRow['session_id']>,
    person: OidcPerson,
  ): Promise<void> {
    await this.#store.change(async (change) => {
      const session = await sessionRepository.findLive(change.db, sessionId);
      if (session === undefined) throw new PatronusError('unauthenticated', 'your session has ended; sign in again');
      const known = await identityRepository.findSubject(change.db, person.issuer, person.subject);
      if (known?.user_id === session.user_id) return;
      if (known !== undefined) {
        throw new PatronusError('conflict', 'with that account at the service somebody else signs in here already');
      }
      const row = await addIdentity(change, session.user_id, person, 0);
      const target = targetOf({ ...row, username: session.username });
      const details = { issuer: person.issuer };
      await change.audit(userActor(session, address), { action: 'identity_linked', target, details });
    });
  }
}

/** Why somebody is not let in. */
class Refusal {
  readonly code: 'forbidden' | 'conflict';
  /** For the audit log. */
  readonly reason: string;
  /** For whoever asked. */
  readonly text: string;
  readonly user: Pick<UserRow, 'user_id' | 'username'> | null;

  constructor(code: Refusal['code'], reason: string, text: string, user: Refusal['user'] = null) {
    this.code = code;
    this.reason = reason;
    this.text = text;
    this.user = user;
  }
}

const noRole = (user: UserRow | null): Refusal =>
  new Refusal('forbidden', 'no role', 'the service gives you no role here; ask whoever manages its groups', user);

async function addIdentity({ db, at }: Change, userId: string, person: OidcPerson, manages: 0 | 1) {
  const row = {
    identity_id: randomUUID(),
    user_id: userId,
    issuer: person.issuer,
    subject: person.subject,
    manages_user: manages,
    created_at: at,
    last_used_at: manages === 1 ? at : null,
  };
  await identityRepository.insert(db, row);
  return row;
}

/** A name to sign in with: what the claim says, or the mail address, or what the service calls them. */
function usernameOf({ subject, claims }: OidcPerson, claim: string): string | null {
  const pattern = new RegExp(usernamePattern);
  const isFit = (each: unknown): each is string => typeof each === 'string' && pattern.test(each) && !isIdLike(each);
  return [claims[claim], claims['email'], subject].find(isFit) ?? null;
}

const nameOf = ({ claims }: OidcPerson): string =>
  typeof claims['name'] === 'string' ? claims['name'].slice(0, maxNameLength) : '';

const targetOf = (row: Pick<IdentityRow, 'identity_id' | 'username'>) =>
  ({ type: 'identity', id: row.identity_id, name: row.username }) as const;

const view = (row: IdentityRow): IdentityView => ({
  id: row.identity_id,
  userId: row.user_id,
  username: row.username,
  issuer: row.issuer,
  subject: row.subject,
  managesUser: row.manages_user === 1,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});
