import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, TestAccount, TestController, type Tokens } from '../testing/index.ts';

interface Started {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}
interface SessionRow {
  readonly username: string;
  readonly machine: string | null;
  readonly address: string;
  readonly user_agent: string;
}

let controller: TestController;
let alice: TestAccount;
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '1000' });
  alice = await TestAccount.create(controller, 'alice', 'operator');
});
afterAll(() => controller.stop());

const start = async (machine = 'laptop'): Promise<Started> => {
  const headers = { 'user-agent': 'patronus-cli' };
  const { status, body } = await controller.request<Started>('POST', 'auth/device', { machine }, headers);
  expect(status).toBe(200);
  return body;
};
const poll = ({ device_code }: Started) =>
  controller.request<Tokens & { code?: string }>('POST', 'auth/device/token', { device_code }, { 'user-agent': 'cli' });
const decide = (code: string, decision: 'approval' | 'refusal', headers: Record<string, string> = alice.bearer) =>
  controller.request('POST', `auth/device/${code}/${decision}`, undefined, headers);
const audited = async (action: string) =>
  (await controller.get<{ items: Record<string, unknown>[] }>(`audit?action=${action}`)).items;

describe('a sign-in by a browser', () => {
  it('gives the program a session of whoever approves it, which tells its machine and can be ended', async () => {
    const started = await start();
    const { httpUrl } = controller.running;
    expect(started).toMatchObject({
      device_code: expect.stringMatching(/^ptd_[\w-]{43}$/) as unknown,
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/) as unknown,
      verification_uri: `${httpUrl}/sign-in/device`,
      verification_uri_complete: `${httpUrl}/sign-in/device?code=${started.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    expect(await poll(started)).toMatchObject({ status: 400, body: { code: 'authorization_pending' } });
    expect(await poll(started)).toMatchObject({ status: 400, body: { code: 'slow_down' } });
    const shown = await alice.ask('GET', `auth/device/${started.user_code.toLowerCase().replace('-', '')}`);
    const asked = { user_code: started.user_code, machine: 'laptop', address: '127.0.0.1' };
    expect(shown).toMatchObject({ status: 200, body: asked });
    expect((await decide(started.user_code, 'approval')).status).toBe(204);
    const answer = await poll(started);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      refresh_token: expect.stringMatching(/^ptr_/) as unknown,
    });

    const bearer = { authorization: `Bearer ${answer.body.access_token}` };
    expect((await controller.request('GET', 'account', undefined, bearer)).body).toMatchObject({ username: 'alice' });
    const { items } = (await alice.ask<{ items: (SessionRow & { id: string })[] }>('GET', 'sessions')).body;
    const session = items.find(({ machine }) => machine === 'laptop');
    expect(session).toMatchObject({ username: 'alice', address: '127.0.0.1', user_agent: 'cli' });
    expect((await alice.ask('DELETE', `sessions/${session!.id}`)).status).toBe(204);
    expect((await controller.request('GET', 'account', undefined, bearer)).status).toBe(401);
    expect(await audited('device_sign_in_approved')).toMatchObject([{ actor: 'alice', target: 'laptop' }]);
    expect((await audited('sign_in'))[0]).toMatchObject({ actor: 'alice', details: { way: 'browser' } });
  });

  it('counts once when fifty ask for its tokens at the same time', async () => {
    const started = await start();
    await decide(started.user_code, 'approval');
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(started)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code));
    expect([...others]).toEqual(['expired_token']);
  });

  it('is told to the program when it is refused, and nobody decides twice', async () => {
    const started = await start();
    const query = `mutation { refuseDeviceSignIn(code: "${started.user_code}") { message } }`;
    expect(await graphql(controller, query, alice.bearer)).toMatchObject({ code: null });
    expect(await poll(started)).toMatchObject({ status: 400, body: { code: 'access_denied' } });
    expect(await decide(started.user_code, 'approval')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await poll(started)).body.code).toBe('access_denied');
  });

  it('is for signed-in people to decide: no API key, no page without its CSRF token, no local token', async () => {
    const { user_code: code } = await start();
    expect((await decide(code, 'approval', {})).status).toBe(401);
    const input = { name: 'all', scopes: ['users:read', 'users:write', 'system:write'] };
    const { body } = await alice.ask<{ key: string }>('POST', 'api-keys', input);
    expect((await decide(code, 'approval', { authorization: `Bearer ${body.key}` })).status).toBe(403);
    const { username, password } = alice;
    const page = await controller.request<{ csrf_token: string }>('POST', 'auth/cookie', { username, password });
    const cookie = page.headers.get('set-cookie')!.split(';')[0]!;
    expect((await decide(code, 'approval', { cookie })).status).toBe(403);
    expect((await controller.ask('POST', `auth/device/${code}/approval`)).status).toBe(409);
    expect((await decide(code, 'approval', { cookie, 'x-csrf-token': page.body.csrf_token })).status).toBe(204);
  });

  it('is void once whoever approved it was signed out', async () => {
    const started = await start();
    const { access_token } = await alice.signIn();
    await decide(started.user_code, 'approval', { authorization: `Bearer ${access_token}` });
    await controller.ask('DELETE', 'users/alice/sessions');
    expect(await poll(started)).toMatchObject({ status: 400, body: { code: 'access_denied' } });
    alice.tokens = await alice.signIn();
  });

  it('refuses names of machines that could mislead, and unknown device codes', async () => {
    for (const machine of ['', 'lap\ntop', '\u202egpj.exe', 'x'.repeat(64)]) {
      const { status, body } = await controller.request('POST', 'auth/device', { machine });
      expect([status, body['code']]).toEqual([422, 'invalid_input']);
    }
    expect((await poll({ device_code: 'ptd_none' } as Started)).body.code).toBe('expired_token');
  });

  it('keeps no device code, and goes on after a restart, after which wrong user codes are few', async () => {
    const started = await start();
    const rows = JSON.stringify(await controller.sql('SELECT * FROM device_sign_ins'));
    expect(rows).toContain(started.user_code.replace('-', ''));
    expect(rows).not.toContain(started.device_code.slice(4));
    await controller.restart({ PATRONUS_SIGN_IN_LIMIT: '10' });
    expect((await decide(started.user_code, 'approval')).status).toBe(204);
    expect((await poll(started)).status).toBe(200);
    const before = (await audited('device_code_wrong')).length;
    const guesses = await Promise.all(Array.from({ length: 30 }, () => decide('BCDF-GHJK', 'approval')));
    const judged = guesses.filter(({ status }) => status === 404).length;
    expect(judged).toBeGreaterThan(0);
    expect(judged).toBeLessThan(20);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(30 - judged);
    expect((await audited('device_code_wrong')).length - before).toBe(judged);
  });
});
