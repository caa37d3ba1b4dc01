import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OidcClient } from '../oidc/index.ts';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
const redirectUri = 'http://patronus.test/callback';
/** What the service does wrong; empty: nothing. */
interface Lie {
  readonly claims?: Record<string, unknown>;
  readonly key?: KeyObject;
  readonly kid?: string;
  readonly token?: (claims: Record<string, unknown>) => Promise<string> | string;
  readonly issuer?: string;
  readonly silentAt?: string;
}
let lie: Lie;
let asked: URLSearchParams;
let server: Server;
let issuer: string;
let client: OidcClient;
/** What the client sent along with the code. */
let shown: URLSearchParams;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => void answer(request.url!, body).then((text) => text !== null && response.end(text)));
    response.setHeader('content-type', 'application/json');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  lie = {};
  const roles = new Map();
  const names = { name: 'Forger', clientId: 'patronus', clientSecret: null, scopes: 'openid', roles };
  const claims = { usernameClaim: 'sub', roleClaim: 'sub', defaultRole: null };
  client = new OidcClient({ issuer, ...names, ...claims }, () => performance.now(), 0.3);
});

async function answer(path: string, body: string): Promise<string | null> {
  if (path === lie.silentAt) return null;
  if (path === '/.well-known/openid-configuration') {
    const places = { authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
    return JSON.stringify({ issuer: lie.issuer ?? issuer, ...places, jwks_uri: `${issuer}/keys` });
  }
  if (path === '/keys') {
    return JSON.stringify({ keys: [{ ...(await exportJWK(key.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] });
  }
  shown = new URLSearchParams(body);
  return JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: await idToken() });
}

async function idToken(): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const nonce = asked.get('nonce');
  const claims = { iss: issuer, sub: 's', aud: 'patronus', nonce, iat: now, exp: now + 60, ...lie.claims };
  if (lie.token !== undefined) return lie.token(claims);
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: lie.kid ?? 'k' }).sign(lie.key ?? key.privateKey);
}

/** A whole sign-in with the service as it is now. */
async function signIn(secret = 'a secret of a browser') {
  asked = new URL(await client.authorizationUrl(secret, redirectUri)).searchParams;
  return client.personOf(secret, redirectUri, `code=c&state=${asked.get('state')}`);
}

it('takes an answer that fits, and proves with the code who began', async () => {
  expect(await signIn()).toMatchObject({ issuer, subject: 's' });
  const verifier = shown.get('code_verifier')!;
  expect(asked.get('code_challenge')).toBe(createHash('sha256').update(verifier).digest('base64url'));
  expect([asked.get('code_challenge_method'), shown.get('redirect_uri')]).toEqual(['S256', redirectUri]);
  expect(new Set([verifier, asked.get('state'), asked.get('nonce')]).size).toBe(3);
});

const hmac = (claims: Record<string, unknown>): string => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', kid: 'k' })}.${part(claims)}`;
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' });
  return `${text}.${createHmac('sha256', publicKey).update(text).digest('base64url')}`;
};

it.each<[string, Lie]>([
  ['signed with another key', { key: otherKey.privateKey }],
  ['signed with a key that it does not tell', { kid: 'unknown' }],
  ['that is not signed', { token: (claims) => new UnsecuredJWT(claims).encode() }],
  ['signed with its public key as a secret', { token: hmac }],
  ['for another client', { claims: { aud: 'somebody-else' } }],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['for another sign-in', { claims: { nonce: 'of-another' } }],
  ['for no sign-in', { claims: { nonce: undefined } }],
  ['that has expired', { claims: { exp: Math.floor(Date.now() / 1_000) - 600 } }],
  ['without a subject', { claims: { sub: undefined } }],
])('refuses a token %s', async (_what, told) => {
  lie = told;
  await expect(signIn()).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('refuses the state of another browser', async () => {
  asked = new URL(await client.authorizationUrl('one', redirectUri)).searchParams;
  const back = client.personOf('two', redirectUri, `code=c&state=${asked.get('state')}`);
  await expect(back).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('does not believe a service that calls itself something else', async () => {
  lie = { issuer: 'https://evil.example' };
  await expect(signIn()).rejects.toMatchObject({ code: 'unreachable' });
});

it.each(['/.well-known/openid-configuration', '/keys', '/token'])('gives up where %s does not answer', async (path) => {
  lie = { silentAt: path };
  const begun = performance.now();
  await expect(signIn()).rejects.toMatchObject({ code: 'unreachable' });
  expect(performance.now() - begun).toBeLessThan(3_000);
  lie = {};
  // What failed is not remembered.
  expect(await signIn()).toMatchObject({ subject: 's' });
});
