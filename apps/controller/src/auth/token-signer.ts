import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { errors, exportJWK, jwtVerify, SignJWT, type JWK } from 'jose';
import { PatronusError } from '@patronus/core';
import { systemActor, type Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/index.ts';
import { signingKeyRepository, type SigningKeyRow } from '../repositories/index.ts';
import { placeOf, type SecretBox } from '../secrets/index.ts';
import { TokenRefused } from './token-refused.ts';

const issuer = 'patronus';
const audience = 'patronus-api';
export const accessTokenSeconds = 15 * 60;
/** A key signs for this long; then the controller makes a new one by itself. */
const keyLifetimeMs = 90 * 24 * 3_600_000;
/** Tokens that a key has signed are valid for this long after the next key took over, clocks of others included. */
const overlapMs = (accessTokenSeconds + 60) * 1_000;
const reloadMs = 1_000;
/** Tokens whose signature need not be checked again: a check costs more than most requests. */
const maxVerified = 2_000;

interface SigningKey {
  readonly kid: string;
  readonly createdAt: number;
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
}

/** A key as administrators see it. Times are unix ms. */
export interface SigningKeyView {
  readonly id: string;
  readonly createdAt: number;
  /** Whether it signs; the others are there until their last token has expired. */
  readonly current: boolean;
  /** Until when tokens that it signed can be valid; null while it signs. */
  readonly validUntil: number | null;
}

interface Verified {
  readonly sessionId: string;
  readonly kid: string;
  readonly expiresAt: number;
}

/** Signs and checks access tokens: JWT (RFC 7519), RS256, with `kid`. The keys live in the database, encrypted. */
export class TokenSigner {
  readonly #store: Store;
  readonly #box: SecretBox;
  /** Newest first; that one signs. */
  #keys: readonly SigningKey[] = [];
  #loadedAt = 0;
  readonly #verified = new Map<string, Verified>();

  private constructor(store: Store, box: SecretBox) {
    this.#store = store;
    this.#box = box;
  }

  /** Loads the keys; makes a new one on the first start and when the newest has served its time. */
  static async open(store: Store, box: SecretBox): Promise<TokenSigner> {
    const signer = new TokenSigner(store, box);
    await signer.#load();
    await signer.maintain();
    return signer;
  }

  /** Makes a new key when the newest has served its time, and drops those whose tokens have all expired. */
  async maintain(): Promise<void> {
    const newest = this.#keys[0];
    const isDue = newest === undefined || this.#store.wallMs - newest.createdAt > keyLifetimeMs;
    if (isDue) await this.rotate(systemActor);
    const over = this.list().filter(({ validUntil }) => validUntil !== null && validUntil <= this.#store.wallMs);
    if (over.length === 0) return;
    await this.#store.change(({ db }) =>
      signingKeyRepository.deleteAll(
        db,
        over.map(({ id }) => id),
      ),
    );
    await this.#load();
  }

  /**
   * Has a new key sign from now on. With `immediately` tokens of the others are refused from now on too, as after a theft;
   * whoever is signed in renews theirs with the refresh token.
   */
  async rotate(by: Actor, { immediately = false } = {}): Promise<SigningKeyView> {
    const { kid, pem } = await newKey();
    await this.#store.change(async (change) => {
      if (immediately)
        await signingKeyRepository.deleteAll(
          change.db,
          this.#keys.map((key) => key.kid),
        );
      const createdAt = await this.#insert(change, kid, pem);
      // At once: a token that is checked between the commit and the next reading must not pass by a key that is gone.
      change.afterCommit(() => {
        const signing = createPrivateKey(pem);
        const added = { kid, createdAt, signing, verifying: createPublicKey(signing) };
        this.#keys = [added, ...(immediately ? [] : this.#keys)];
      });
      const target = { type: 'signing_key', id: kid, name: null } as const;
      await change.audit(by, { action: 'signing_key_created', target, details: { immediately } });
    });
    await this.#load();
    return this.list()[0]!;
  }

  /** Newest first. */
  list(): SigningKeyView[] {
    return this.#keys.map(({ kid, createdAt }, index) => {
      const successor = this.#keys[index - 1];
      const validUntil = successor === undefined ? null : successor.createdAt + overlapMs;
      return { id: kid, createdAt, current: index === 0, validUntil };
    });
  }

  /** The public halves of keys whose tokens may be valid (RFC 7517, section 5). */
  async keySet(): Promise<{ keys: JWK[] }> {
    const keys = this.#keys.filter(({ kid }) => this.#isUsable(kid));
    const exported = keys.map(async ({ kid, verifying }) => ({
      ...(await exportJWK(verifying)),
      kid,
      alg: 'RS256',
      use: 'sig',
    }));
    return { keys: await Promise.all(exported) };
  }

  sign(session: { sessionId: string; userId: string }): Promise<string> {
    const { kid, signing } = this.#keys[0]!;
    const now = Math.floor(this.#store.wallMs / 1_000);
    return new SignJWT({ sid: session.sessionId })
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(session.userId)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + accessTokenSeconds)
      .sign(signing);
  }

  /** The session of a valid token. Errors: `unauthenticated`, as {@link TokenRefused}. */
  async verify(token: string): Promise<string> {
    const known = this.#verified.get(token);
    if (known !== undefined && known.expiresAt > this.#store.wallMs && this.#isUsable(known.kid))
      return known.sessionId;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, ({ kid }) => this.#verifyingKey(kid), {
        issuer,
        audience,
        algorithms: ['RS256'],
        requiredClaims: ['sid', 'exp', 'iat', 'nbf'],
        maxTokenAge: accessTokenSeconds,
        currentDate: new Date(this.#store.wallMs),
      });
      const sessionId = String(payload['sid']);
      this.#remember(token, { sessionId, kid: protectedHeader.kid!, expiresAt: payload.exp! * 1_000 });
      return sessionId;
    } catch (cause) {
      throw new TokenRefused(reasonOf(cause), cause);
    }
  }

  #remember(token: string, verified: Verified): void {
    if (this.#verified.size >= maxVerified) this.#verified.clear();
    this.#verified.set(token, verified);
  }

  async #verifyingKey(kid: string | undefined): Promise<KeyObject> {
    // Another controller may have made it. Strangers can name any key, and shall not cost more than this.
    const isUnknown = !this.#keys.some((key) => key.kid === kid);
    if (isUnknown && performance.now() - this.#loadedAt > reloadMs) await this.#load();
    const found = this.#keys.find((key) => key.kid === kid);
    if (found === undefined || !this.#isUsable(found.kid)) throw new TokenRefused('unknown key');
    return found.verifying;
  }

  #isUsable(kid: string): boolean {
    const view = this.list().find(({ id }) => id === kid);
    return view !== undefined && (view.validUntil === null || view.validUntil > this.#store.wallMs);
  }

  /** Answers the time that it is known by, unix ms. */
  async #insert({ db, at }: Change, kid: string, pem: string): Promise<number> {
    const private_key = this.#box.seal(placeOf('signing_keys', kid), pem);
    // The order of keys is that of their times.
    const created_at = Math.max(at, (this.#keys[0]?.createdAt ?? 0) + 1);
    await signingKeyRepository.insert(db, { kid, private_key, created_at });
    return created_at;
  }

  async #load(): Promise<void> {
    const rows = await signingKeyRepository.list(this.#store.db);
    this.#keys = await Promise.all(rows.map((row) => this.#open(row)));
    this.#loadedAt = performance.now();
  }

  async #open({ kid, private_key, created_at: createdAt }: SigningKeyRow): Promise<SigningKey> {
    const signing = createPrivateKey(await this.#box.unseal(placeOf('signing_keys', kid), private_key));
    return { kid, createdAt, signing, verifying: createPublicKey(signing) };
  }
}

/** Why a token was refused, in a few words. */
function reasonOf(cause: unknown): string {
  if (cause instanceof TokenRefused) return cause.reason;
  if (cause instanceof errors.JWTExpired) return 'expired';
  if (cause instanceof errors.JWTClaimValidationFailed) return `claim ${cause.claim}`;
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (cause instanceof PatronusError) throw cause;
  return 'malformed';
}

async function newKey(): Promise<{ kid: string; pem: string }> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { kid: randomUUID(), pem: privateKey };
}
