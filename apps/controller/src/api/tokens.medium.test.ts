import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importPKCS8,
  jwtVerify,
  SignJWT,
  type JSONWebKeySet,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MasterKeys, SecretBox } from '../secrets/index.ts';
import { Store } from '../database/index.ts';
import { AuditLog } from '../audit/index.ts';
import { systemClock } from '@patronus/core';
import { TestAccount, testAnchorKey, TestController } from '../testing/index.ts';

let controller: TestController;
let user: TestAccount;
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '1000' });
  user = await TestAccount.create(controller, 'alice', 'admin');
});
afterAll(() => controller.stop());

const statusOf = async (token: string): Promise<number> =>
  (await controller.request('GET', 'account', undefined, { authorization: `Bearer ${token}` })).status;
const keySet = async () => (await controller.request<JSONWebKeySet>('GET', '/.well-known/jwks.json')).body;
const refusals = async () => {
  const { items } = await controller.get<{ items: { details: { reason: string }; address: string; result: string }[] }>(
    'audit?action=token_refused&limit=1000',
  );
  return items;
};
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The private key of the controller, as only somebody who has database and key file can read it. */
function stolenKey(): Promise<{ kid: string; pem: string }> {
  const settings = { secretKey: null, previousSecretKey: null, secretKeyFile: join(controller.dataDir, 'secret.key') };
  return controller.withDatabase(async (db) => {
    const box = await SecretBox.open(
      new Store(db, systemClock, new AuditLog(testAnchorKey())),
      MasterKeys.open(settings),
    );
    const row = await db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').executeTakeFirstOrThrow();
    return { kid: row.kid, pem: await box.unseal(`signing_keys/${row.kid}`, row.private_key) };
  });
}

describe('an access token', () => {
  it('is signed by RS256 for this API, for a quarter of an hour, with a key that everybody can look up', async () => {
    const { access_token: token } = user.tokens;
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: expect.any(String) as unknown });
    const { iat, exp, sub } = decodeJwt(token);
    expect([exp! - iat!, sub]).toEqual([900, user.id]);
    const checked = await jwtVerify(token, createLocalJWKSet(await keySet()), {
      audience: 'patronus-api',
      issuer: 'patronus',
    });
    expect(checked.payload['sid']).toBe(user.sessionId);
    expect(JSON.stringify(await keySet())).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
  });

  it('is refused and written down when somebody else made or changed it', async () => {
    const { kid, pem } = await stolenKey();
    const own = await importPKCS8(pem, 'RS256');
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const now = Math.floor(Date.now() / 1000);
    const good = {
      sid: user.sessionId,
      sub: user.id,
      iss: 'patronus',
      aud: 'patronus-api',
      iat: now,
      nbf: now,
      exp: now + 900,
    };
    const signed = (changes: Record<string, unknown>, header: { kid?: string } = { kid }, key = own) =>
      new SignJWT({ ...good, ...changes }).setProtectedHeader({ alg: 'RS256', ...header }).sign(key);
    expect(await statusOf(await signed({}))).toBe(200);

    const [header, payload, signature] = user.tokens.access_token.split('.') as [string, string, string];
    const publicPem = createPublicKey(pem).export({ type: 'spki', format: 'pem' });
    const confusedHead = `${encoded({ alg: 'HS256', kid })}.${encoded(good)}`;
    const confused = createHmac('sha256', publicPem).update(confusedHead).digest('base64url');
    const cases: [string, string][] = [
      ['algorithm', `${encoded({ alg: 'none', kid })}.${payload}.`],
      ['algorithm', `${confusedHead}.${confused}`],
      ['signature', `${header}.${payload}.`],
      ['malformed', 'a.b.c'],
      ['signature', `${header}.${encoded({ ...decodeJwt(user.tokens.access_token), sid: 'other' })}.${signature}`],
      ['signature', await signed({}, { kid }, foreign as never)],
      ['unknown key', await signed({}, { kid: 'foreign' }, foreign as never)],
      ['unknown key', await signed({}, {})],
      ['expired', await signed({ iat: now - 2_000, nbf: now - 2_000, exp: now - 1_100 })],
      ['claim nbf', await signed({ nbf: now + 600 })],
      ['claim iat', await signed({ iat: now + 600, exp: now + 1_500 })],
      ['claim aud', await signed({ aud: 'somebody-else' })],
      ['claim iss', await signed({ iss: 'somebody-else' })],
      ['expired', await signed({ iat: now - 1_000, exp: now + 1_000_000 })],
      ['claim sid', await signed({ sid: undefined })],
    ];
    await controller.restart({ PATRONUS_SIGN_IN_LIMIT: '1000' });
    const before = (await refusals()).length;
    const told: string[] = [];
    for (const [reason, token] of cases) {
      expect([reason, await statusOf(token)]).toEqual([reason, 401]);
      told.push(reason);
    }
    // Ten a minute are written down; strangers could fill the log.
    const rows = (await refusals()).toReversed().slice(before);
    expect(rows.map(({ details }) => details.reason)).toEqual(told.slice(0, 10));
    expect(rows[0]).toMatchObject({ address: '127.0.0.1', result: 'refused' });
    await controller.restart({ PATRONUS_SIGN_IN_LIMIT: '1000' });
    for (const [, token] of cases.slice(10)) await statusOf(token);
    const others = (await refusals()).toReversed().slice(before + 10);
    expect(others.map(({ details }) => details.reason)).toEqual(told.slice(10));
  });

  it('is refused at GraphQL as well', async () => {
    const answer = await controller.request(
      'POST',
      '/graphql',
      { query: '{ sites { id } }' },
      { authorization: 'Bearer a.b.c' },
    );
    expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
  });
});

describe('the signing key', () => {
  it('changes by a command, and the tokens of the one before stay good', async () => {
    const before = await user.signIn();
    const { body: made } = await controller.ask<{ id: string }>('POST', 'signing-keys', {});
    const after = await user.signIn();
    expect(decodeProtectedHeader(after.access_token).kid).toBe(made.id);
    expect([await statusOf(before.access_token), await statusOf(after.access_token)]).toEqual([200, 200]);
    const listed = await controller.get<{ items: { id: string; current: boolean; valid_until: number | null }[] }>(
      'signing-keys',
    );
    expect(listed.items[0]).toMatchObject({ id: made.id, current: true, valid_until: null });
    expect(listed.items[1]).toMatchObject({ current: false, valid_until: expect.any(Number) as unknown });
    expect((await keySet()).keys.map(({ kid }) => kid)).toEqual(listed.items.map(({ id }) => id));
  });

  it('that was stolen is dropped at once, and whoever is signed in goes on with the refresh token', async () => {
    const before = await user.signIn();
    expect(await statusOf(before.access_token)).toBe(200);
    const over = new AbortController();
    const asking = Array.from({ length: 10 }, async () => {
      while (!over.signal.aborted) await statusOf(before.access_token);
    });
    await controller.ask('POST', 'signing-keys', { immediately: true });
    // However many ask meanwhile, none brings back what was known before.
    const after = await Promise.all(Array.from({ length: 50 }, () => statusOf(before.access_token)));
    over.abort();
    await Promise.all(asking);
    expect(after).not.toContain(200);
    const renewed = await controller.request<{ access_token: string }>('POST', 'auth/refresh', {
      refresh_token: before.refresh_token,
    });
    expect(await statusOf(renewed.body.access_token)).toBe(200);
    expect((await keySet()).keys).toHaveLength(1);
  });

  it('is not to be read in the database', async () => {
    const rows = (await controller.sql('SELECT private_key FROM signing_keys')) as { private_key: string }[];
    expect(rows.map(({ private_key }) => private_key.slice(0, 5))).toEqual(rows.map(() => 'pse1.'));
  });
});
