import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { graphql, TestAccount, TestController, until } from '../testing/index.ts';

interface Session {
  readonly id: string;
  readonly address: string;
  readonly user_agent: string;
  readonly current: boolean;
}

let controller: TestController;
let admin: TestAccount;
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_ANONYMOUS_READS: 'never', PATRONUS_SIGN_IN_LIMIT: '100000' });
  admin = await TestAccount.create(controller, 'root', 'admin');
});
afterAll(() => controller.stop());

const problems = (body: Record<string, unknown>) =>
  (body['problems'] as { field: string; problem: string }[]).map(({ field, problem }) => `${field}: ${problem}`);
const login = (username: string, password: string) => controller.request('POST', 'auth/login', { username, password });
const audited = async (query: string) =>
  (
    await controller.get<{ items: { action: string; actor: string; details: Record<string, unknown> }[] }>(
      `audit?${query}`,
    )
  ).items;

describe('a user', () => {
  it('is created with a link by which they choose a password, once', async () => {
    const made = await admin.ask('POST', 'users', { username: 'alice', name: 'Alice Gruber', role: 'operator' });
    expect(made).toMatchObject({
      status: 201,
      body: { username: 'alice', role: 'operator', enabled: true, totp: false },
    });
    const link = await admin.ask<{ path: string }>('POST', 'users/alice/password-link');
    const token = link.body.path.split('#')[1];
    const setup = (password: string) => controller.request('POST', 'auth/setup', { token, password });
    expect(problems((await setup('Password1234!')).body)).toEqual(['password: is a common password']);
    expect((await setup('Violet-Kettle-42-Orbit')).status).toBe(200);
    expect((await setup('Violet-Kettle-43-Orbit')).status).toBe(401);
    expect((await login('ALICE', 'Violet-Kettle-42-Orbit')).status).toBe(200);
  });

  it('is refused for every wrong field at once, at both doors, with the same words', async () => {
    const input = { username: 'no spaces', role: 'king', colour: 'red' };
    expect(problems((await admin.ask('POST', 'users', input)).body)).toHaveLength(3);
    const taken = await admin.ask('POST', 'users', { username: 'Alice', role: 'viewer' });
    expect(problems(taken.body)).toEqual(['username: there is a user "alice"']);
    const query = 'mutation { createUser(input: { username: "Alice", role: "viewer" }) { id } }';
    expect((await graphql(controller, query, admin.bearer)).code).toBe('invalid_input');
  });

  it('whose role changes has the new one at once, with the token that they have', async () => {
    const carol = await TestAccount.create(controller, 'carol', 'viewer');
    const write = () => carol.ask('POST', 'sites', { name: `by-carol-${Math.random().toString(36).slice(2)}` });
    expect((await write()).status).toBe(403);
    await admin.ask('PATCH', 'users/carol', { role: 'operator' });
    expect((await write()).status).toBe(201);
    await graphql(
      controller,
      'mutation { updateUser(user_id: "carol", input: { role: "viewer" }) { id } }',
      admin.bearer,
    );
    expect((await write()).status).toBe(403);
  });

  it.each([
    ['is disabled', (name: string) => admin.ask('PATCH', `users/${name}`, { enabled: false })],
    ['is deleted', (name: string) => admin.ask('DELETE', `users/${name}`)],
    [
      'gets another password',
      (name: string) => admin.ask('PUT', `users/${name}/password`, { password: 'Quiet-Lamp-77-River' }),
    ],
    ['is signed out by an administrator', (name: string) => admin.ask('DELETE', `users/${name}/sessions`)],
  ])('who %s has no session any more, and no way to renew one', async (what, work) => {
    const user = await TestAccount.create(controller, `u-${what.replaceAll(/\W/g, '')}`, 'viewer');
    const second = await user.signIn();
    expect((await work(user.username)).status).toBeLessThan(300);
    for (const tokens of [user.tokens, second]) {
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      expect((await controller.request('GET', 'sites', undefined, headers)).status).toBe(401);
      const renewal = await controller.request('POST', 'auth/refresh', { refresh_token: tokens.refresh_token });
      expect(renewal.status).toBe(401);
    }
    await controller.restart({ PATRONUS_ANONYMOUS_READS: 'never', PATRONUS_SIGN_IN_LIMIT: '100000' });
    expect((await user.ask('GET', 'sites')).status).toBe(401);
  });

  it('who is disabled or deleted cannot sign in, and can again when that is undone', async () => {
    const dave = await TestAccount.create(controller, 'dave', 'viewer');
    const { body: key } = await dave.ask<{ key: string }>('POST', 'api-keys', { name: 'k', scopes: ['network:read'] });
    const byKey = () => controller.request('GET', 'sites', undefined, { authorization: `Bearer ${key.key}` });
    const ways = async () => [(await login('dave', dave.password)).status, (await byKey()).status];
    expect(await ways()).toEqual([200, 200]);
    await admin.ask('PATCH', 'users/dave', { enabled: false });
    expect(await ways()).toEqual([401, 401]);
    await admin.ask('PATCH', 'users/dave', { enabled: true });
    expect(await ways()).toEqual([200, 200]);
    await admin.ask('DELETE', 'users/dave');
    expect(await ways()).toEqual([401, 401]);
    expect((await admin.ask('DELETE', 'users/dave')).status).toBe(409);
    const taken = await admin.ask('POST', 'users', { username: 'dave', role: 'viewer' });
    expect(problems(taken.body)[0]).toMatch(/^username: is that of a deleted user until/);
    await admin.ask('POST', 'users/dave/restore');
    expect(await ways()).toEqual([200, 200]);
    await admin.ask('DELETE', 'users/dave?purge=true');
    expect((await admin.ask('POST', 'users/dave/restore')).status).toBe(404);
    expect((await admin.ask('POST', 'users', { username: 'dave', role: 'viewer' })).status).toBe(201);
  });

  it('changes their own password, and is signed out everywhere but here', async () => {
    const erin = await TestAccount.create(controller, 'erin', 'viewer');
    const elsewhere = await erin.signIn();
    const change = (current: string, chosen: string) =>
      erin.ask<{ access_token: string }>('PUT', 'account/password', {
        current_password: current,
        new_password: chosen,
      });
    expect(problems((await change('wrong', 'Quiet-Lamp-77-River')).body)).toEqual([
      'current_password: is not your password',
    ]);
    expect(problems((await change(erin.password, 'Password1234!')).body)).toEqual([
      'new_password: is a common password',
    ]);
    const { status, body } = await change(erin.password, 'Quiet-Lamp-77-River');
    expect(status).toBe(200);
    const old = { authorization: `Bearer ${elsewhere.access_token}` };
    expect((await controller.request('GET', 'account', undefined, old)).status).toBe(401);
    const fresh = { authorization: `Bearer ${body.access_token}` };
    expect((await controller.request('GET', 'account', undefined, fresh)).body).toMatchObject({ username: 'erin' });
    expect((await login('erin', erin.password)).status).toBe(401);
    const query =
      'mutation { changePassword(current_password: "Quiet-Lamp-77-River", new_password: "Loud-Lamp-78-River") { access_token } }';
    expect((await graphql(controller, query, fresh)).code).toBeNull();
    expect((await login('erin', 'Loud-Lamp-78-River')).status).toBe(200);
  });

  it('is locked by wrong passwords that come at the same time, as by those that come one by one', async () => {
    await TestAccount.create(controller, 'frank', 'viewer');
    const guesses = await Promise.all(Array.from({ length: 12 }, () => login('frank', 'guess')));
    expect(guesses.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(10);
    expect((await login('frank', 'Correct-Horse-7-frank-Battery')).status).toBe(429);
    expect((await admin.ask('GET', 'users/frank')).body['locked_until']).toEqual(expect.any(Number));
    await admin.ask('PUT', 'users/frank/password', { password: 'Quiet-Lamp-77-River' });
    expect((await login('frank', 'Quiet-Lamp-77-River')).status).toBe(200);
  });
});

describe('the last administrator', () => {
  it.each([
    ['removed', 'DELETE', 'users/only', undefined],
    ['purged', 'DELETE', 'users/only?purge=true', undefined],
    ['demoted', 'PATCH', 'users/only', { role: 'operator' }],
    ['disabled', 'PATCH', 'users/only', { enabled: false }],
  ])('cannot be %s', async (_what, method, path, body) => {
    const own = await TestController.start();
    try {
      await own.ask('POST', 'users', { username: 'only', role: 'admin' });
      await own.ask('POST', 'users', { username: 'gone', role: 'admin', enabled: false });
      expect((await own.ask(method, path, body)).body).toMatchObject({ status: 409, code: 'conflict' });
      expect((await own.ask('GET', 'users/only')).body).toMatchObject({ role: 'admin', enabled: true });
      await own.ask('PATCH', 'users/gone', { enabled: true });
      expect((await own.ask(method, path, body)).status).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it('stays one when two are demoted at the same time', async () => {
    const own = await TestController.start();
    try {
      for (const username of ['one', 'two']) await own.ask('POST', 'users', { username, role: 'admin' });
      const demote = (name: string) => own.ask('PATCH', `users/${name}`, { role: 'viewer' });
      const statuses = (await Promise.all(['one', 'two'].map(demote))).map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409]);
    } finally {
      await own.stop();
    }
  });
});

describe('sessions', () => {
  const sessionsOf = async (account: TestAccount, query = '') =>
    (await account.ask<{ items: Session[] }>('GET', `sessions${query}`)).body.items;

  it('are listed with where they came from, and ended one by one', async () => {
    const gina = await TestAccount.create(controller, 'gina', 'viewer');
    const agent = { 'user-agent': 'Kiosk/1.0' };
    const { username, password } = gina;
    const kiosk = await controller.request<{ access_token: string }>(
      'POST',
      'auth/login',
      { username, password },
      agent,
    );
    const list = await sessionsOf(gina);
    expect(list).toHaveLength(2);
    expect(list.find(({ current }) => current)?.id).toBe(gina.sessionId);
    const there = list.find(({ current }) => !current)!;
    expect(there).toMatchObject({ address: '127.0.0.1', user_agent: 'Kiosk/1.0', username: 'gina' });
    expect((await gina.ask('DELETE', `sessions/${there.id}`)).status).toBe(204);
    const header = { authorization: `Bearer ${kiosk.body.access_token}` };
    expect((await controller.request('GET', 'account', undefined, header)).status).toBe(401);
    expect(await sessionsOf(gina)).toHaveLength(1);
    expect((await sessionsOf(admin, '?user=gina')).map(({ id }) => id)).toEqual([gina.sessionId]);
    expect((await sessionsOf(admin, '?user=*')).length).toBeGreaterThan(1);
    const query = `mutation { endSession(session_id: "${gina.sessionId}") { message } }`;
    expect((await graphql(controller, query, admin.bearer)).code).toBeNull();
    expect((await gina.ask('GET', 'account')).status).toBe(401);
    const told = await audited('action=session_ended&limit=2');
    expect(told.map(({ actor }) => actor)).toEqual(['root', 'gina']);
  });

  it('that end take their streams and WebSocket along, at once', async () => {
    const hank = await TestAccount.create(controller, 'hank', 'operator');
    const client = createClient({
      url: `${controller.running.httpUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: hank.bearer,
      lazy: false,
      retryAttempts: 0,
    });
    const heard: string[] = [];
    let refused: unknown = null;
    client.subscribe<{ events: { message: string } }>(
      { query: 'subscription { events { message } }' },
      {
        next: ({ data }) => heard.push(data!.events.message),
        error: (error) => (refused = error),
        complete: () => undefined,
      },
    );
    await until('the stream delivers', async () => {
      await admin.ask('POST', 'sites', { name: `s-${heard.length}-${Date.now()}` });
      return heard.length > 0;
    });
    await admin.ask('DELETE', 'users/hank/sessions');
    const before = heard.length;
    await admin.ask('POST', 'sites', { name: 'secret-site' });
    await until('the stream is refused', () => refused !== null);
    expect(heard.slice(before).join()).not.toContain('secret-site');
    const late = await client.iterate({ query: 'mutation { createSite(input: { name: "late" }) { id } }' }).next();
    expect(JSON.stringify(late)).toMatch(/this session has ended/);
    await client.dispose();
  });
});

describe('an API key', () => {
  it('is shown once, opens both doors within its scopes, and tells when it was last used', async () => {
    const iris = await TestAccount.create(controller, 'iris', 'operator');
    const input = { name: 'deploy', scopes: ['network:read', 'network:write'] };
    const { body } = await iris.ask<{ id: string; key: string }>('POST', 'api-keys', input);
    const key = { authorization: `Bearer ${body.key}` };
    expect((await controller.request('POST', 'sites', { name: 'by-key' }, key)).status).toBe(201);
    expect((await graphql(controller, '{ sites { name } }', key)).code).toBeNull();
    expect(
      (await graphql(controller, 'mutation { failoverPath(path_id: "x", reason: "y") { message } }', key)).code,
    ).toBe('forbidden');
    expect((await controller.request('PUT', 'account/password', {}, key)).status).toBe(403);
    const shown = (await iris.ask('GET', `api-keys/${body.id}`)).body;
    expect(shown).toMatchObject({ last_used_at: expect.any(Number) as unknown, last_address: '127.0.0.1' });
    expect(JSON.stringify(shown)).not.toContain(body.key);
    const [row] = await audited('action=site_created&limit=1');
    expect(row).toMatchObject({ actor: 'iris/deploy', actor_type: 'api_key', actor_id: body.id });
  });

  it('works no more once it is deleted or has expired, and says no more than that', async () => {
    const jack = await TestAccount.create(controller, 'jack', 'viewer');
    const { body } = await jack.ask<{ id: string; key: string }>('POST', 'api-keys', {
      name: 'k',
      scopes: ['network:read'],
    });
    const use = () => controller.request('GET', 'sites', undefined, { authorization: `Bearer ${body.key}` });
    expect((await use()).status).toBe(200);
    await jack.ask('DELETE', `api-keys/${body.id}`);
    expect(await use()).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    await jack.ask('POST', `api-keys/${body.id}/restore`);
    expect((await use()).status).toBe(200);
    const [row] = await audited('action=token_refused&limit=1');
    expect(row).toMatchObject({ actor: 'anonymous', result: 'refused', details: { reason: 'API key' } });
    const bad = await jack.ask('POST', 'api-keys', { name: 'k', scopes: ['everything'], expires_in_seconds: 1 });
    expect(problems(bad.body)).toHaveLength(2);
  });

  it('is made for another only by an administrator, and is theirs', async () => {
    const kate = await TestAccount.create(controller, 'kate', 'viewer');
    const input = { name: 'for-kate', scopes: ['network:write'], user: 'kate' };
    const { body } = await admin.ask<{ key: string }>('POST', 'api-keys', input);
    const write = await controller.request('POST', 'sites', { name: 'x' }, { authorization: `Bearer ${body.key}` });
    expect(write.status).toBe(403);
    expect((await kate.ask<{ items: unknown[] }>('GET', 'api-keys')).body.items).toHaveLength(1);
    expect((await kate.ask('POST', 'api-keys', { ...input, user: 'root' })).status).toBe(403);
    const nobody = await controller.ask('POST', 'api-keys', { name: 'x', scopes: ['network:read'] });
    expect(problems(nobody.body)).toEqual(['user: is missing, and the local token is no user']);
  });
});
