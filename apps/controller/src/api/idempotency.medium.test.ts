import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, TestController } from '../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
  await controller.ask('POST', 'sites', { name: 'hq' });
  await controller.ask('POST', 'users', { username: 'owner', role: 'admin' });
});
afterAll(() => controller.stop());

const post = (path: string, body: unknown, key: string) =>
  controller.request('POST', path, body, {
    authorization: `Bearer ${controller.localToken}`,
    'idempotency-key': key,
  });
const count = async (path: string): Promise<number> => (await controller.get<{ items: unknown[] }>(path)).items.length;

const creations: readonly [path: string, body: () => Record<string, unknown>][] = [
  ['sites', () => ({ name: `site ${randomUUID().slice(0, 8)}` })],
  ['endpoints', () => ({ site: 'hq', label: 'lte', device: `d${randomUUID().slice(0, 8)}`, nat: true })],
  ['users', () => ({ username: `u${randomUUID().slice(0, 8)}`, role: 'viewer' })],
  ['event-sinks', () => ({ name: `sink ${randomUUID().slice(0, 8)}`, syslog: { url: 'udp://198.51.100.9' } })],
  ['policies', () => ({ name: `policy ${randomUUID().slice(0, 8)}`, priority: 3 })],
];

describe.each(creations)('a request that makes one of the %s', (path, newBody) => {
  it('makes one however often it is sent with the same key, and answers the same', async () => {
    const [body, key, before] = [newBody(), randomUUID(), await count(path)];
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(path, body, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body['id'])).size).toBe(1);
    expect(await count(path)).toBe(before + 1);
  });

  it('is refused with the key of another request, and makes nothing', async () => {
    const key = randomUUID();
    await post(path, newBody(), key);
    const before = await count(path);
    const other = await post(path, newBody(), key);
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_key_reused']);
    expect(await count(path)).toBe(before);
  });
});

it('remembers keys across a restart', async () => {
  const [body, key] = [{ name: 'lasting' }, randomUUID()];
  const first = await post('sites', body, key);
  await controller.restart();
  expect((await post('sites', body, key)).body['id']).toBe(first.body['id']);
});

it('takes a key again where the request before made nothing', async () => {
  const key = randomUUID();
  expect((await post('sites', { name: 'hq' }, key)).status).toBe(422);
  expect((await post('sites', { name: 'hq two' }, key)).status).toBe(201);
});

it('means the same at both doors', async () => {
  const key = randomUUID();
  const first = await post('sites', { name: 'two doors' }, key);
  const query = `mutation { createSite(input: { name: "two doors" }, idempotency_key: "${key}") { id } }`;
  expect((await askGraphql(controller, query)).data).toEqual({ createSite: { id: first.body['id'] } });
  const byHeader = await askGraphql(
    controller,
    'mutation { createSite(input: { name: "two doors" }) { id } }',
    {},
    { headers: { authorization: `Bearer ${controller.localToken}`, 'idempotency-key': key } },
  );
  expect(byHeader.data).toEqual({ createSite: { id: first.body['id'] } });
});

it.each([
  ['enrolment-keys', 'enrolment-keys', { site: 'hq' }],
  ['api-keys', 'api-keys?user=*', { name: 'robot', scopes: ['network:read'], user: 'owner' }],
  ['event-sinks', 'event-sinks', { name: 'hook', webhook: { url: 'https://hooks.example.com/patronus' } }],
])('makes one of the %s, whose secret is told once', async (path, list, body) => {
  const [key, before] = [randomUUID(), await count(list)];
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, body, key)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  expect(await count(list)).toBe(before + 1);
});

it('does not remember passwords, not even as a hash', async () => {
  const key = randomUUID();
  const user = { username: 'secretive', role: 'viewer' };
  const first = await post('users', { ...user, password: 'Correct-Horse-7-Battery' }, key);
  const again = await post('users', { ...user, password: 'Wrong-Horse-8-Battery' }, key);
  expect([again.status, again.body['id']]).toEqual([201, first.body['id']]);
});

it('refuses what is no key', async () => {
  expect((await post('sites', { name: 'odd' }, 'two words')).status).toBe(422);
  expect((await post('sites', { name: 'odd' }, 'x'.repeat(300))).status).toBe(422);
});

it('forgets keys after a day, and keeps none in clear', async () => {
  const key = randomUUID();
  await post('policies', { name: 'aged', priority: 4 }, key);
  expect(JSON.stringify(await controller.sql('SELECT * FROM idempotency_keys'))).not.toContain(key);
  await controller.sql('UPDATE idempotency_keys SET created_at = created_at - 86400000');
  expect((await post('policies', { name: 'aged anew', priority: 4 }, key)).status).toBe(201);
});
