import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestController } from '../testing/index.ts';

let controller: TestController;
const password = 'Correct-Horse-7-Battery';
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_ADMIN_PASSWORD: password });
  await controller.ask('POST', 'sites', {
    name: 'hq',
    prefixes: ['10.1.0.0/24'],
    endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.1' }],
  });
  await controller.ask('POST', 'sites', {
    name: 'branch',
    endpoints: [
      { label: 'mpls', device: 'eth0', address: '192.0.2.2' },
      { label: 'lte', device: 'wwan0', nat: true },
    ],
  });
});
afterAll(() => controller.stop());

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}
const login = async (): Promise<Tokens> =>
  (await controller.request<Tokens>('POST', 'auth/login', { username: 'admin', password })).body;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('who may do what', () => {
  it('lets everybody on this machine read, and nobody unknown write', async () => {
    expect((await controller.request('GET', 'sites')).status).toBe(200);
    for (const [method, path] of [
      ['POST', 'sites'],
      ['DELETE', 'sites/hq'],
      ['PUT', 'transport-links'],
      ['POST', 'enrolment-keys'],
    ] as const) {
      const answer = await controller.request(method, path, method === 'DELETE' ? undefined : {});
      expect([path, answer.status, answer.body['code']]).toEqual([path, 401, 'unauthenticated']);
    }
    expect((await controller.request('POST', 'sites', {}, bearer('ptl_wrong'))).status).toBe(401);
  });

  it('lets the administrator in with the password, and renews what was given once', async () => {
    const first = await login();
    expect(
      (await controller.request('POST', 'policies', { name: 'p', priority: 3 }, bearer(first.access_token))).status,
    ).toBe(201);
    const second = await controller.request<Tokens>('POST', 'auth/refresh', { refresh_token: first.refresh_token });
    expect(second.status).toBe(200);
    const stolen = await controller.request('POST', 'auth/refresh', { refresh_token: first.refresh_token });
    expect(stolen.status).toBe(401);
    const heir = await controller.request('POST', 'auth/refresh', { refresh_token: second.body.refresh_token });
    expect(heir.status).toBe(401);
    expect((await controller.request('POST', 'sites', {}, bearer(second.body.access_token))).status).toBe(401);
  });

  it('ends a session at once when it is logged out', async () => {
    const { access_token, refresh_token } = await login();
    expect((await controller.request('POST', 'auth/logout', { refresh_token })).status).toBe(204);
    expect((await controller.request('POST', 'sites', {}, bearer(access_token))).status).toBe(401);
  });

  it('slows down whoever guesses passwords, and says when to try again', async () => {
    const guess = () => controller.request('POST', 'auth/login', { username: 'admin', password: 'guess' });
    const answers = [];
    for (let round = 0; round < 12; round++) answers.push(await guess());
    const last = answers.at(-1)!;
    expect([last.status, last.body['code']]).toEqual([429, 'rate_limited']);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is open to no page of another site, and to no name but its own', async () => {
    const evil = { origin: 'https://evil.example' };
    expect((await controller.request('GET', 'sites', undefined, evil)).status).toBe(403);
    const own = { origin: controller.running.httpUrl };
    expect((await controller.request('GET', 'sites', undefined, own)).status).toBe(200);
    expect(await statusFor('rebound.example')).toBe(403);
    expect(await statusFor('127.0.0.1:1')).toBe(200);
  });

  it('wants a reader to sign in where told so', async () => {
    const closed = await TestController.start({ PATRONUS_ANONYMOUS_READS: 'never' });
    try {
      expect((await closed.request('GET', 'sites')).status).toBe(401);
      expect((await closed.ask('GET', 'sites')).status).toBe(200);
      expect((await closed.request('GET', 'health/ready')).status).toBe(200);
    } finally {
      await closed.stop();
    }
  });
});

/** `fetch` does not let a Host header be chosen. */
const statusFor = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = { headers: { host } };
    request(`${controller.running.httpUrl}/api/v1/sites`, options, (answer) => resolve(answer.resume().statusCode ?? 0))
      .on('error', reject)
      .end();
  });

describe('the first sign-in', () => {
  it('is by a link that works once, with a password that is strong', async () => {
    const fresh = await TestController.start();
    try {
      const token = new URL(fresh.running.setupUrl!).hash.slice(1);
      const setup = (body: object) => fresh.request('POST', 'auth/setup', body);
      expect((await setup({ token: 'wrong', password })).status).toBe(401);
      expect((await setup({ token, password: 'short' })).body).toMatchObject({ problems: [{ field: 'password' }] });
      expect((await setup({ token, password: 'Password1234!' })).status).toBe(422);
      expect((await setup({ token, password })).status).toBe(200);
      expect((await setup({ token, password })).status).toBe(401);
      await fresh.restart();
      expect(fresh.running.setupUrl).toBeNull();
      expect((await fresh.request('POST', 'auth/login', { username: 'admin', password })).status).toBe(200);
    } finally {
      await fresh.stop();
    }
  });
});

describe('the first administrator', () => {
  it('is made by the link also where other users are there before', async () => {
    const fresh = await TestController.start();
    try {
      await fresh.ask('POST', 'users', { username: 'admin', role: 'viewer' });
      await fresh.restart();
      const token = new URL(fresh.running.setupUrl!).hash.slice(1);
      const taken = await fresh.request('POST', 'auth/setup', { token, password });
      expect(taken.body).toMatchObject({ problems: [{ field: 'username' }] });
      expect((await fresh.request('POST', 'auth/setup', { token, password, username: 'root' })).status).toBe(200);
      expect((await fresh.ask('GET', 'users/root')).body).toMatchObject({ role: 'admin' });
    } finally {
      await fresh.stop();
    }
  });
});

describe('answers', () => {
  it('to wrong input name every field, what is wrong, and how to mend it', async () => {
    const answer = await controller.ask('POST', 'sites', {
      location: 5,
      endpoints: [{ label: 'x', profile: 'slow' }],
      colour: 'red',
    });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'urn:patronus:error:invalid_input', code: 'invalid_input', status: 422 });
    expect(answer.body['problems']).toEqual(
      expect.arrayContaining([
        { field: 'name', problem: 'is missing' },
        { field: 'location', problem: 'must be string' },
        { field: 'colour', problem: 'is unknown', remedy: 'leave it out' },
        { field: 'endpoints[0].device', problem: 'is missing' },
        { field: 'endpoints[0].profile', problem: 'must be one of fast, default, metered' },
      ]),
    );
  });

  it.each<[string, string, string, unknown, number, string]>([
    ['what is not JSON', 'POST', 'sites', '{"name":', 422, 'invalid_input'],
    ['what is too large', 'POST', 'sites', { name: 'x'.repeat(1_100_000) }, 413, 'too_large'],
    ['a site that is not there', 'GET', 'sites/nowhere', undefined, 404, 'not_found'],
    ['a policy id that is none', 'GET', 'policies/voice', undefined, 422, 'invalid_input'],
    ['an address that is not there', 'GET', 'nothing', undefined, 404, 'not_found'],
    ['a limit out of range', 'GET', 'events?limit=0', undefined, 422, 'invalid_input'],
    ['a cursor of somebody else', 'GET', 'events?cursor=abc', undefined, 422, 'invalid_input'],
    ['deleting the default policy', 'DELETE', 'policies/1', undefined, 409, 'conflict'],
  ])('to %s are problems with a code', async (_name, method, path, body, status, code) => {
    const answer = await controller.ask(method, path, body);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('to lists come in pages that leave nothing out', async () => {
    const all = await controller.get<{ items: { id: string }[] }>('paths');
    const pages: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; next_cursor: string | null } = await controller.get(
        `paths?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      pages.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(pages).toEqual(all.items.map(({ id }) => id));
    expect(pages).toHaveLength(4);
    expect((await controller.get<{ items: unknown[] }>('paths?source_site=branch&label=lte')).items).toHaveLength(1);
    expect((await controller.get<{ items: unknown[] }>('paths?health_status=up')).items).toEqual([]);
  });

  it('to events are newest first and go on where the page before ended', async () => {
    const first = await controller.get<{ items: { id: string; timestamp: number }[]; next_cursor: string }>(
      'events?limit=2',
    );
    const rest = await controller.get<{ items: { id: string; timestamp: number }[] }>(
      `events?limit=500&cursor=${first.next_cursor}`,
    );
    const times = [...first.items, ...rest.items].map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(new Set([...first.items, ...rest.items].map(({ id }) => id)).size).toBe(times.length);
    const created = await controller.get<{ items: { event_type: string }[] }>('events?type=object_created&site=hq');
    expect(created.items.map(({ event_type }) => event_type)).toEqual(['object_created']);
  });

  it('carry the headers that keep browsers safe', async () => {
    const { headers } = await controller.request('GET', '/');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe-inline/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('believe a proxy that is trusted in where a request came from, and whether by TLS; others not', async () => {
    const told = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
    const trusting = await TestController.start({ PATRONUS_TRUSTED_PROXIES: 'loopback' });
    try {
      const addressOf = async (own: TestController) => {
        const { headers } = await own.request('POST', 'auth/login', { username: 'x', password: 'y' }, told);
        const { items } = await own.get<{ items: { address: string }[] }>('audit?action=sign_in_failed&limit=1');
        return [items[0]?.address, headers.get('strict-transport-security')];
      };
      expect(await addressOf(trusting)).toEqual(['203.0.113.9', 'max-age=31536000; includeSubDomains']);
      expect(await addressOf(controller)).toEqual(['127.0.0.1', null]);
    } finally {
      await trusting.stop();
    }
  });

  it('are described by an OpenAPI 3.1 document', async () => {
    const document = await controller.get<{ openapi: string; paths: Record<string, object> }>('openapi.json');
    expect(document.openapi).toBe('3.1.0');
    for (const path of ['/sites/{site}', '/endpoints', '/paths/{id}/metrics', '/policies/{id}', '/auth/login']) {
      expect(Object.keys(document.paths)).toContain(`/api/v1${path}`);
    }
  });

  it('tell how the controller is, at the root and below', async () => {
    for (const path of ['/health', '/health/live', '/health/ready', '/api/v1/health', '/api/v1/health/ready']) {
      expect([path, (await controller.request('GET', path)).status]).toEqual([path, 200]);
    }
  });
});

describe('deleting', () => {
  const items = async (path: string) =>
    (await controller.get<{ items: { name: string; deleted_at: number | null; purge_at: number | null }[] }>(path))
      .items;
  const names = async (path: string) => (await items(path)).map(({ name }) => name);

  it('takes a site away and brings it back, and tells what depends on it', async () => {
    await controller.ask('POST', 'sites', { name: 'depot', endpoints: [{ label: 'lte', device: 'eth0', nat: true }] });
    await controller.ask('POST', 'enrolment-keys', { site: 'depot' });
    const named = { name: 'to-depot', priority: 4, match_conditions: { destination_sites: ['depot'] } };
    const policy = await controller.ask<{ id: number }>('POST', 'policies', named);
    const { site_id, ...dependencies } = await controller.get<{ site_id: string }>('sites/depot/dependencies');
    expect(dependencies).toEqual({
      site: 'depot',
      endpoints: 1,
      paths: 4,
      enrolment_keys: 1,
      edges: 0,
      policies: [{ id: policy.body.id, name: 'to-depot' }],
    });
    expect((await controller.ask('DELETE', 'sites/depot')).body).toMatchObject({ status: 409, code: 'conflict' });
    const deletion = await controller.ask<{ purge_at: number }>('DELETE', 'sites/depot?force=true');
    expect(deletion).toMatchObject({ status: 200, body: { success: true, purge_at: expect.any(Number) as unknown } });
    expect(await names('sites')).not.toContain('depot');
    expect(await items('sites?deleted=true')).toMatchObject([
      { name: 'depot', deleted_at: expect.any(Number) as unknown, purge_at: deletion.body.purge_at },
    ]);
    expect((await controller.ask('DELETE', 'sites/depot')).status).toBe(409);
    const restored = await controller.ask('POST', 'sites/depot/restore');
    expect(restored).toMatchObject({ status: 200, body: { id: site_id, deleted_at: null, purge_at: null } });
    expect((await controller.ask('POST', 'sites/depot/restore')).status).toBe(409);
    const purge = await controller.ask('DELETE', `sites/${site_id}?purge=true&force=true`);
    expect(purge.body['message']).toMatch(/policy "to-depot" named no other site and is disabled now/);
    expect((await controller.ask('POST', `sites/${site_id}/restore`)).status).toBe(404);
    await controller.ask('DELETE', `policies/${policy.body.id}?purge=true`);
  });

  it('takes a policy away and brings it back', async () => {
    const { body } = await controller.ask<{ id: number; warnings: unknown }>('POST', 'policies', {
      name: 'brief',
      priority: 4,
    });
    const { warnings: _warnings, ...policy } = body;
    expect((await controller.ask('DELETE', `policies/${body.id}`)).status).toBe(200);
    expect(await names('policies?deleted=true')).toEqual(['brief']);
    expect((await controller.ask('POST', `policies/${body.id}/restore`)).body).toEqual(policy);
    await controller.ask('DELETE', `policies/${body.id}?purge=true`);
    expect([await names('policies'), await names('policies?deleted=true')].flat()).not.toContain('brief');
  });

  it.each([
    ['DELETE', 'sites/hq?purge=true'],
    ['POST', 'sites/hq/restore'],
    ['POST', 'policies/1/restore'],
  ])('is not for nobody: %s %s', async (method, path) => {
    expect((await controller.request(method, path)).status).toBe(401);
  });
});
