import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { graphql, TestAccount, TestController } from '../testing/index.ts';
import { TestBrowser, testClient, TestOidcService, type TestClaims } from '../testing/test-oidc-service.ts';

const pages = 'http://patronus.test';
const start = `${pages}/api/v1/auth/oidc/start`;
const callback = `${pages}/api/v1/auth/oidc/callback`;
const directory = mkdtempSync(join(tmpdir(), 'patronus-oidc-'));
let service: TestOidcService;
let env: Record<string, string>;
let controller: TestController;

beforeAll(async () => {
  service = await TestOidcService.start(pages);
  writeFileSync(join(directory, 'secret'), `${testClient.secret}\n`);
  env = {
    PATRONUS_ANONYMOUS_READS: 'never',
    PATRONUS_SIGN_IN_LIMIT: '1000',
    PATRONUS_PUBLIC_URL: pages,
    PATRONUS_OIDC_ISSUER: service.issuer,
    PATRONUS_OIDC_NAME: 'Example ID',
    PATRONUS_OIDC_CLIENT_ID: testClient.id,
    PATRONUS_OIDC_CLIENT_SECRET_FILE: join(directory, 'secret'),
    PATRONUS_OIDC_ROLES: 'netadmins=admin; noc=operator; staff=viewer',
  };
  controller = await TestController.start(env);
});
afterAll(async () => {
  await controller.stop();
  await service.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  service.person = null;
});

const newBrowser = (): TestBrowser => new TestBrowser({ [pages]: controller.running.httpUrl });
/** Somebody the service knows signs in here. */
async function signIn(subject: string, claims: TestClaims, from = start) {
  service.person = subject;
  service.people.set(subject, claims);
  const browser = newBrowser();
  return { browser, page: await browser.open(from) };
}
const session = (browser: TestBrowser): string | undefined => browser.cookie(pages, 'patronus');
const account = async (browser: TestBrowser) => {
  const cookie = `patronus=${session(browser)}`;
  return controller.request('GET', 'account', undefined, { cookie });
};
const lastRow = async (action: string) =>
  (await controller.get<{ items: Record<string, unknown>[] }>(`audit?action=${action}&limit=1`)).items[0];
const userOf = async (name: string) => (await controller.ask('GET', `users/${name}`)).body;

describe('the ways to sign in', () => {
  it('are told to everybody at both doors', async () => {
    const names = ['Password', 'Passkey', 'Example ID'];
    const { body } = await controller.request<{ items: { name: string }[] }>('GET', 'auth/ways');
    expect(body.items.map(({ name }) => name)).toEqual(names);
    const { data } = await graphql(controller, '{ signInWays { kind name start_path } }');
    expect(data!['signInWays']).toContainEqual({
      kind: 'oidc',
      name: 'Example ID',
      start_path: '/api/v1/auth/oidc/start',
    });
  });
});

describe('somebody whom the service knows', () => {
  it('comes in with the role that their groups give, to the page they wanted', async () => {
    const claims = { preferred_username: 'carla', name: 'Carla Moser', groups: ['staff', 'noc'] };
    const { browser, page } = await signIn('s-carla', claims, `${start}?return_to=/api/v1/auth/ways`);
    expect([page.url, page.status]).toEqual([`${pages}/api/v1/auth/ways`, 200]);
    expect((await account(browser)).body).toMatchObject({ username: 'carla', name: 'Carla Moser', role: 'operator' });
    expect(browser.cookie(pages, 'patronus-sign-on')).toBeUndefined();
    expect(await lastRow('sign_in')).toMatchObject({ actor: 'carla', details: { issuer: service.issuer } });
  });

  it('is the same user next time, with the name and role of that day', async () => {
    await signIn('s-dora', { preferred_username: 'dora', groups: ['noc'] });
    const { id } = await userOf('dora');
    const { browser } = await signIn('s-dora', { preferred_username: 'other', name: 'Dora', groups: ['staff'] });
    expect((await account(browser)).body).toMatchObject({ id, username: 'dora', name: 'Dora', role: 'viewer' });
    expect(await lastRow('user_updated')).toMatchObject({
      actor: 'system',
      target: 'dora',
      details: { role: { from: 'operator', to: 'viewer' } },
    });
  });

  it('is not let in without a role, and signed out everywhere once it is gone', async () => {
    const stranger = await signIn('s-eve', { preferred_username: 'eve', groups: ['sales'] });
    expect([stranger.page.status, stranger.page.text]).toEqual([403, expect.stringMatching(/gives you no role here/)]);
    expect((await controller.ask('GET', 'users/eve')).status).toBe(404);
    const before = await signIn('s-finn', { preferred_username: 'finn', groups: ['staff'] });
    expect((await account(before.browser)).status).toBe(200);
    expect((await signIn('s-finn', { preferred_username: 'finn' })).page.status).toBe(403);
    expect((await account(before.browser)).status).toBe(401);
    expect(await lastRow('sign_in_failed')).toMatchObject({
      target: 'finn',
      result: 'refused',
      details: { reason: 'no role' },
    });
  });

  it('is not let in while their account here is disabled', async () => {
    await signIn('s-gina', { preferred_username: 'gina', groups: ['staff'] });
    await controller.ask('PATCH', 'users/gina', { enabled: false });
    expect((await signIn('s-gina', { preferred_username: 'gina', groups: ['staff'] })).page.status).toBe(403);
    await controller.ask('DELETE', 'users/gina');
    expect((await signIn('s-gina', { preferred_username: 'gina', groups: ['staff'] })).page.status).toBe(403);
  });

  it('does not get the account of somebody with the same name', async () => {
    await TestAccount.create(controller, 'root', 'admin');
    const { browser, page } = await signIn('s-root', { preferred_username: 'root', groups: ['netadmins'] });
    expect([page.status, page.text]).toEqual([409, expect.stringMatching(/there is a user &?"root"|user "root" here/)]);
    expect(session(browser)).toBeUndefined();
  });

  it('who does not sign in there is told so, in words that are no markup', async () => {
    const page = await newBrowser().open(start);
    expect([page.status, page.url.startsWith(callback)]).toEqual([401, true]);
    expect(page.text).toMatch(/access_denied not today &lt;b&gt;/);
    expect(page.headers.get('cache-control')).toBe('no-store');
  });
});

describe('an answer of the service', () => {
  /** A browser that signed in there, and has not yet brought the answer back. */
  async function answered() {
    service.person = 's-hugo';
    service.people.set('s-hugo', { preferred_username: 'hugo', groups: ['staff'] });
    const browser = newBrowser();
    return { browser, address: (await browser.open(start, callback)).url };
  }

  it('is good for the browser that asked, and for no other', async () => {
    const { browser, address } = await answered();
    const thief = newBrowser();
    expect((await thief.open(address)).status).toBe(409);
    await thief.open(start, callback);
    expect((await thief.open(address)).text).toMatch(/does not fit/);
    expect([session(thief), (await browser.open(address)).status === 401]).toEqual([undefined, false]);
  });

  it('is good once, however many bring it at the same time', async () => {
    const { browser, address } = await answered();
    const secret = browser.cookie(pages, 'patronus-sign-on')!;
    const opened = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const copy = newBrowser();
        copy.setCookie(pages, 'patronus-sign-on', secret);
        await copy.open(address);
        return session(copy);
      }),
    );
    expect(opened.filter((each) => each !== undefined)).toHaveLength(1);
  });

  it('with another state, code or service is refused', async () => {
    for (const change of [/state=[\w-]{5}/, /code=[\w-]{5}/, /iss=http/]) {
      const { browser, address } = await answered();
      const { searchParams } = new URL(address);
      expect([...searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state']);
      const forged = address.replace(change, (text) => text.replace(/.{5}$/, 'aaaaa'));
      expect([forged === address, (await browser.open(forged)).status]).toEqual([false, 401]);
      expect(session(browser)).toBeUndefined();
    }
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a b', ''])(
    'never leads to another place: %s',
    async (page) => {
      const answer = await controller.request('GET', `auth/oidc/start?return_to=${encodeURIComponent(page)}`);
      expect(answer.status).toBe(422);
    },
  );
});

describe('a user', () => {
  /** Begins as a signed-in user; their browser then signs in at the service. */
  async function link(user: TestAccount, subject: string) {
    service.person = subject;
    const { status, body, headers } = await user.ask<{ url: string }>('POST', 'auth/oidc/link', {});
    expect(status).toBe(200);
    const browser = newBrowser();
    const [name, value] = headers.get('set-cookie')!.split(';')[0]!.split('=') as [string, string];
    browser.setCookie(pages, name, value);
    return { browser, page: await browser.open(body.url) };
  }

  it('adds single sign-on to their account, and takes it from it again', async () => {
    const alice = await TestAccount.create(controller, 'alice', 'admin');
    const { page } = await link(alice, 's-alice');
    expect(page.url).toBe(`${pages}/`);
    const { browser } = await signIn('s-alice', { preferred_username: 'a', groups: ['staff'] });
    expect((await account(browser)).body).toMatchObject({ id: alice.id, role: 'admin' });
    const listed = await alice.ask<{ items: { id: string; subject: string }[] }>('GET', 'identities');
    expect(listed.body.items).toMatchObject([{ subject: 's-alice', username: 'alice', manages_user: false }]);
    const { id } = listed.body.items[0]!;
    expect(await graphql(controller, '{ identities { id issuer } }', alice.bearer)).toMatchObject({
      data: { identities: [{ id, issuer: service.issuer }] },
    });
    const unlink = `mutation { deleteIdentity(identity_id: "${id}") { success } }`;
    expect((await graphql(controller, unlink, alice.bearer)).code).toBeNull();
    expect(await lastRow('identity_linked')).toMatchObject({ actor: 'alice', target: 'alice', target_id: id });
    expect(await lastRow('identity_unlinked')).toMatchObject({ actor: 'alice', target_id: id });
    expect((await alice.ask('GET', 'identities')).body['items']).toEqual([]);
    expect((await alice.ask('DELETE', `identities/${id}`)).status).toBe(404);
  });

  it('cannot add what is somebody else’s, nor without a session of their own', async () => {
    const bob = await TestAccount.create(controller, 'bob', 'viewer');
    await signIn('s-ines', { preferred_username: 'ines', groups: ['staff'] });
    expect((await link(bob, 's-ines')).page.status).toBe(409);
    expect((await controller.ask('POST', 'auth/oidc/link', {})).status).toBe(409);
    expect((await controller.request('POST', 'auth/oidc/link', {})).status).toBe(401);
  });

  it('signs out here, and is shown the way out there', async () => {
    const { browser } = await signIn('s-jan', { preferred_username: 'jan', groups: ['staff'] });
    const cookie = `patronus=${session(browser)}`;
    const { csrf_token: csrf } = (await controller.request('GET', 'auth/cookie', undefined, { cookie })).body;
    const headers = { cookie, 'x-csrf-token': String(csrf) };
    const { body } = await controller.request<{ url: string }>('POST', 'auth/oidc/sign-out', undefined, headers);
    const out = new URL(body.url);
    expect([out.origin, out.searchParams.get('post_logout_redirect_uri')]).toEqual([service.issuer, `${pages}/`]);
    expect((await account(browser)).status).toBe(401);
    expect((await browser.open(body.url)).status).toBe(200);
  });
});

describe('where passwords and passkeys are switched off', () => {
  it('only single sign-on opens accounts, and no one-time link is made', async () => {
    const user = await TestAccount.create(controller, 'karl', 'viewer');
    await controller.restart({ ...env, PATRONUS_LOCAL_SIGN_IN: 'off' });
    expect(controller.running.setupUrl).toBeNull();
    const { username, password } = user;
    const refused = { status: 403, body: { code: 'forbidden' } };
    expect(await controller.request('POST', 'auth/login', { username, password })).toMatchObject(refused);
    expect(await controller.request('POST', 'auth/cookie', { username, password })).toMatchObject(refused);
    expect(await controller.request('POST', 'auth/setup', { token: 'x', password })).toMatchObject(refused);
    const proof = { id: 'x', client_data_json: 'x', authenticator_data: 'x', signature: 'x' };
    expect(await controller.request('POST', 'auth/passkey', proof)).toMatchObject(refused);
    const { body } = await controller.request<{ items: { kind: string }[] }>('GET', 'auth/ways');
    expect(body.items.map(({ kind }) => kind)).toEqual(['oidc']);
    const { browser } = await signIn('s-lena', { preferred_username: 'lena', groups: ['netadmins'] });
    expect((await account(browser)).body).toMatchObject({ username: 'lena', role: 'admin' });
    await controller.restart(env);
  });
});

describe('another service', () => {
  it('whose claims are told only when asked for is asked, and is named when it is away', async () => {
    const shy = await TestOidcService.start(pages, { conformIdTokenClaims: true });
    const settings = { ...env, PATRONUS_OIDC_ISSUER: shy.issuer };
    try {
      await controller.restart(settings);
      shy.person = 's-mona';
      shy.people.set('s-mona', { preferred_username: 'mona', groups: ['noc'] });
      const browser = newBrowser();
      await browser.open(start);
      expect((await account(browser)).body).toMatchObject({ username: 'mona', role: 'operator' });
    } finally {
      await shy.stop();
    }
    await controller.restart(settings);
    const { status, body } = await controller.request('GET', 'auth/oidc/start');
    expect([status, body['code'], body['detail']]).toEqual([
      502,
      'unreachable',
      expect.stringMatching(/"Example ID" at http:.* cannot be used now: .*ECONNREFUSED/),
    ]);
  });
});
