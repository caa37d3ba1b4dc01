import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TestAccount, TestController } from '../testing/index.ts';

let controller: TestController;
let account: TestAccount;
const env = { PATRONUS_ANONYMOUS_READS: 'never', PATRONUS_SIGN_IN_LIMIT: '1000', PATRONUS_TRUSTED_PROXIES: 'loopback' };
beforeAll(async () => {
  controller = await TestController.start(env);
  account = await TestAccount.create(controller, 'alice', 'operator');
});
afterAll(() => controller.stop());

interface Page {
  readonly cookie: string;
  readonly csrf: string;
  readonly attributes: string;
}
/** A page of ours in a browser, signed in. */
async function openPage(headers: Record<string, string> = {}): Promise<Page> {
  const { username, password } = account;
  const answer = await controller.request<{ csrf_token: string }>(
    'POST',
    'auth/cookie',
    { username, password },
    headers,
  );
  expect(answer.status).toBe(200);
  const set = answer.headers.get('set-cookie')!;
  return { cookie: set.split(';')[0]!, csrf: answer.body.csrf_token, attributes: set };
}
const from = ({ cookie }: Page, more: Record<string, string> = {}) => ({ cookie, ...more });
const proven = (page: Page) => from(page, { 'x-csrf-token': page.csrf });

describe('a session in a cookie', () => {
  it('is out of reach of scripts and other sites, and over TLS bound to this host', async () => {
    expect((await openPage()).attributes).toMatch(
      /^patronus=ptc_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const secure = await openPage({ 'x-forwarded-proto': 'https' });
    expect(secure.attributes).toMatch(
      /^__Host-patronus=ptc_[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it('reads with the cookie alone, and changes things only with the CSRF token', async () => {
    const page = await openPage();
    expect((await controller.request('GET', 'sites', undefined, from(page))).status).toBe(200);
    const create = (headers: Record<string, string>) => controller.request('POST', 'sites', { name: 'hq' }, headers);
    expect(await create(from(page))).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await create(from(page, { 'x-csrf-token': 'x'.repeat(page.csrf.length) }))).status).toBe(403);
    const other = await openPage();
    expect((await create(from(page, { 'x-csrf-token': other.csrf }))).status).toBe(403);
    expect((await create(proven(page))).status).toBe(201);
    const known = await controller.request('GET', 'auth/cookie', undefined, from(page));
    expect([known.body['csrf_token'], known.headers.get('cache-control')]).toEqual([page.csrf, 'no-store']);
    const { items } = await controller.get<{ items: { actor: string; details: { reason: string } }[] }>(
      'audit?action=access_refused&limit=1',
    );
    expect(items[0]).toMatchObject({ actor: 'alice', details: { reason: expect.stringMatching(/CSRF/) as unknown } });
  });

  it('does the same at GraphQL, over HTTP and WebSocket', async () => {
    const page = await openPage();
    const query = 'mutation { createSite(input: { name: "graz" }) { name } }';
    const run = (headers: Record<string, string>) => controller.request('POST', '/graphql', { query }, headers);
    expect(JSON.stringify((await run(from(page))).body)).toMatch(/CSRF token/);
    expect((await run(proven(page))).body).toEqual({ data: { createSite: { name: 'graz' } } });
    const overSocket = async (connectionParams: Record<string, string>) => {
      const client = createClient({
        url: `${controller.running.httpUrl.replace('http', 'ws')}/graphql`,
        webSocketImpl: class extends WebSocket {
          constructor(url: string, protocols: string) {
            super(url, protocols, { headers: { cookie: page.cookie } });
          }
        },
        connectionParams,
        retryAttempts: 0,
      });
      const answer = await client.iterate({ query: '{ sites { name } }' }).next();
      await client.dispose();
      return JSON.stringify(answer.value);
    };
    expect(await overSocket({})).toMatch(/CSRF token/);
    expect(await overSocket({ csrf_token: page.csrf })).toMatch(/graz/);
  });

  it('is not heard from pages of other origins', async () => {
    const page = await openPage();
    const evil = { ...proven(page), origin: 'https://evil.example' };
    expect((await controller.request('GET', 'sites', undefined, evil)).status).toBe(403);
  });

  it('ends with a sign-out, and with all others of its user', async () => {
    const [one, two] = [await openPage(), await openPage()];
    const read = async (page: Page) => (await controller.request('GET', 'account', undefined, from(page))).status;
    const out = await controller.request('DELETE', 'auth/cookie', undefined, proven(one));
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^patronus=; .*Expires=Thu, 01 Jan 1970/),
    ]);
    expect([await read(one), await read(two)]).toEqual([401, 200]);
    await controller.restart(env);
    expect(await read(two)).toBe(200);
    await controller.ask('DELETE', 'users/alice/sessions');
    expect(await read(two)).toBe(401);
  });

  it('that has ended does not keep anybody from signing in again', async () => {
    const old = await openPage();
    await controller.ask('DELETE', 'users/alice/sessions');
    expect((await openPage({ cookie: old.cookie })).csrf).not.toBe(old.csrf);
  });

  it('cannot be used as a refresh token, nor as an access token', async () => {
    const page = await openPage();
    const secret = page.cookie.split('=')[1]!;
    expect((await controller.request('POST', 'auth/refresh', { refresh_token: secret })).status).toBe(401);
    const bearer = { authorization: `Bearer ${secret}` };
    expect((await controller.request('GET', 'account', undefined, bearer)).status).toBe(401);
  });
});
