import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { jwtVerify, SignJWT } from 'jose';
import { PatronusError } from '@patronus/core';
import { systemActor } from '../audit/index.ts';
import type { Store } from '../database/index.ts';
import { userRepository } from '../repositories/index.ts';

const issuer = 'patronus';
export const accessTokenSeconds = 15 * 60;
/** A key signs for this long; tokens of the one before stay valid until they expire. */
const keyLifetimeMs = 90 * 24 * 3_600_000;

interface SigningKey {
  readonly kid: string;
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
}

/** Signs and checks access tokens: JWT (RFC 7519), RS256, with `kid`. The keys live in the database. */
export class TokenSigner {
  readonly #keys: readonly SigningKey[];

  private constructor(keys: readonly SigningKey[]) {
    this.#keys = keys;
  }

  /** Loads the keys; makes a new one on the first start and when the newest has served its time. */
  static async open(store: Store): Promise<TokenSigner> {
    const rows = await userRepository.listSigningKeys(store.db);
    const newest = rows[0];
    if (newest === undefined || store.wallMs - newest.created_at > keyLifetimeMs) rows.unshift(await makeKey(store));
    return new TokenSigner(
      rows.map((row) => {
        const signing = createPrivateKey(row.private_key);
        return { kid: row.kid, signing, verifying: createPublicKey(signing) };
      }),
    );
  }

  sign(session: { sessionId: string; username: string }): Promise<string> {
    const { kid, signing } = this.#keys[0]!;
    return new SignJWT({ sid: session.sessionId })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(issuer)
      .setSubject(session.username)
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds}s`)
      .sign(signing);
  }

  /** The session of a valid token. Errors: `unauthenticated`. */
  async verify(token: string): Promise<string> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#verifyingKey(kid), {
        issuer,
        algorithms: ['RS256'],
      });
      return String(payload['sid']);
    } catch (cause) {
      throw new PatronusError('unauthenticated', 'the access token is not valid or has expired; sign in again', {
        cause,
      });
    }
  }

  #verifyingKey(kid: string | undefined): KeyObject {
    const found = this.#keys.find((each) => each.kid === kid);
    if (found === undefined) throw new PatronusError('unauthenticated', 'the access token is signed with another key');
    return found.verifying;
  }
}

async function makeKey(store: Store): Promise<{ kid: string; private_key: string; created_at: number }> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const row = { kid: randomUUID(), private_key: privateKey, created_at: store.wallMs };
  await store.change(async (change) => {
    await userRepository.insertSigningKey(change.db, row);
    const target = { type: 'signing_key', id: row.kid, name: null } as const;
    await change.audit(systemActor, { action: 'signing_key_created', target });
  });
  return row;
}
