import { createHmac } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemTimers } from '@patronus/core';
import { SeededRandom } from '@patronus/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventSinkService } from '../services/event-sink-service.ts';
import type { NewEventSink } from '../services/event-sink-view.ts';
import { refusalOf, tester, testNetwork, until, type TestNetwork } from '../testing/index.ts';
import { testSecrets } from '../testing/test-secrets.ts';
import { DeliveryQueue, giveUpAfterMs, maxRefusals, pauseAfter, realSenders, TargetPolicy } from './index.ts';
import type { EventSinkInput } from './sink-input.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let network: TestNetwork;
let queue: DeliveryQueue;
let sinks: EventSinkService;
let server: Server;
let origin: string;
let received: Received[];
/** What the receiver answers to its next request. */
let answer: (request: Received) => number | { status: number; headers: Record<string, string> } | null;
const failures: unknown[] = [];

beforeEach(async () => {
  network = await testNetwork();
  received = [];
  answer = () => 204;
  server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await startQueue(new TargetPolicy('all'));
});
afterEach(async () => {
  await queue.stop();
  server.closeAllConnections();
  server.close();
  await network.close();
  if (failures.length > 0) throw new AggregateError(failures.splice(0), 'work in the background failed');
});

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = { path: request.url ?? '', headers: request.headers, body: await text(request) };
  received.push(asked);
  const told = answer(asked);
  if (told === null) return;
  const { status, headers } = typeof told === 'number' ? { status: told, headers: {} } : told;
  response.writeHead(status, headers).end('a page that nobody shall see');
}

async function startQueue(policy: TargetPolicy): Promise<void> {
  const { store, clock } = network;
  const secrets = await testSecrets(store);
  const senders = realSenders(clock);
  const random = new SeededRandom(1);
  queue = new DeliveryQueue({
    store,
    secrets,
    senders,
    policy,
    random,
    onFailure: (failure) => failures.push(failure),
  });
  sinks = new EventSinkService({ store, secrets, senders, policy, wake: () => queue.wake() });
  queue.start(systemTimers);
}

const webhook = (input: Partial<EventSinkInput> = {}): Promise<NewEventSink> =>
  sinks.create(tester, { name: 'pager', webhook: { url: `${origin}/hook` }, ...input });

const emit = (...names: string[]) =>
  network.store.change(async (change) => {
    for (const name of names) await change.event({ eventType: 'site_offline', message: name, metadata: {} });
  });

const messageOf = ({ body }: Received): string => (JSON.parse(body) as { data: { message: string } }).data.message;
const messages = (): string[] => received.map(messageOf);
const arrived = (count: number) => until(`${count} requests`, () => received.length >= count);
/** Lets the receiver's answer to everything so far be taken note of. */
const settled = (sink: string, state: { queued?: number; dead?: number }) =>
  until(`the queue is ${JSON.stringify(state)}`, async () => {
    await queue.idle();
    const { queued, dead } = await sinks.get(sink);
    return queued === (state.queued ?? 0) && dead === (state.dead ?? 0);
  });
/** As the clock stands still, a pause ends when a test says so. */
const later = (ms: number): void => {
  network.clock.ms += ms;
  queue.wake();
};

describe('a webhook', () => {
  it('gets events in their order, each as JSON that its key has signed with the time', async () => {
    const { secret } = await webhook({ filter: { types: ['site_offline'] } });
    await emit('one', 'two', 'three');
    await settled('pager', {});
    expect(messages()).toEqual(['one', 'two', 'three']);
    const { headers, body, path } = received[0]!;
    expect(path).toBe('/hook');
    const event = (await network.events.list({ types: ['site_offline'] })).items.at(-1)!;
    expect(JSON.parse(body)).toEqual({
      type: 'site_offline',
      timestamp: new Date(network.clock.ms).toISOString(),
      data: {
        id: event.id,
        timestamp: network.clock.ms,
        event_type: 'site_offline',
        severity: 'warning',
        message: 'one',
        metadata: {},
        site_id: null,
        site: null,
      },
    });
    expect(headers['webhook-id']).toBe(event.id);
    expect(headers['webhook-timestamp']).toBe(String(network.clock.ms / 1_000));
    // As https://www.standardwebhooks.com has receivers check it.
    const key = Buffer.from(secret!.replace('whsec_', ''), 'base64');
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it('gets what its filter asks for, by type, severity and site, and nothing while it is disabled', async () => {
    const hq = await network.sites.create(tester, { name: 'hq' });
    const types = ['site_offline' as const, 'site_online' as const];
    await webhook({ filter: { types, severities: ['warning'], sites: ['hq'] } });
    const site = { id: hq.id, name: 'hq' };
    await network.store.change(async (change) => {
      await change.event({ eventType: 'site_offline', message: 'elsewhere', metadata: {} });
      await change.event({ eventType: 'site_online', message: 'too light', metadata: {}, site });
      await change.event({ eventType: 'clock_skew', message: 'other type', metadata: { skew_ms: 1 }, site });
      await change.event({ eventType: 'site_offline', message: 'this one', metadata: {}, site });
    });
    await settled('pager', {});
    await sinks.update(tester, 'pager', { enabled: false });
    await network.store.change((change) =>
      change.event({ eventType: 'site_offline', message: 'not now', metadata: {}, site }),
    );
    await sinks.update(tester, 'pager', { enabled: true });
    await settled('pager', {});
    expect(messages()).toEqual(['this one']);
  });

  it('that fails gets the same event again after a pause that grows, and those behind it wait', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    answer = () => 503;
    await emit('one', 'two');
    await arrived(1);
    await queue.idle();
    later(400);
    await queue.idle();
    expect(messages()).toEqual(['one']);
    later(600);
    await arrived(2);
    await queue.idle();
    later(900);
    await queue.idle();
    expect(await sinks.get('pager')).toMatchObject({ queued: 2, dead: 0, lastError: 'it answered 503' });
    answer = () => 200;
    later(1_100);
    await settled('pager', {});
    expect(messages()).toEqual(['one', 'one', 'one', 'two']);
    expect((await sinks.get('pager')).lastError).toBeNull();
    expect(received[1]!.headers['webhook-id']).toBe(received[0]!.headers['webhook-id']);
  });

  it('that asks for a longer pause gets it', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    await emit('one');
    await arrived(1);
    await queue.idle();
    answer = () => 204;
    later(119_000);
    await queue.idle();
    expect(received).toHaveLength(1);
    later(1_000);
    await settled('pager', {});
  });

  it('that refuses one event gets the next after a few tries, and the refused one again when somebody says so', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    answer = (request) => (messageOf(request) === 'poison' ? 422 : 204);
    await emit('poison', 'fine');
    for (let attempt = 1; attempt <= maxRefusals; attempt++) {
      await arrived(attempt);
      await queue.idle();
      later(300_000);
    }
    await settled('pager', { dead: 1 });
    expect(messages()).toEqual([...Array<string>(maxRefusals).fill('poison'), 'fine']);
    const { items } = await sinks.listDead('pager');
    expect(items).toMatchObject([
      { attempts: maxRefusals, lastError: 'it answered 422', event: { message: 'poison' } },
    ]);
    answer = () => 204;
    expect(await sinks.redeliver(tester, 'pager', [items[0]!.id])).toBe(1);
    await settled('pager', {});
    expect(messages().at(-1)).toBe('poison');
  });

  it('that is away for a day loses no event: they are set aside, in order', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await emit('one', 'two');
    await until('the first attempt', async () => (await sinks.get('pager')).lastError);
    expect((await sinks.get('pager')).lastError).toBe('the connection failed: ECONNREFUSED');
    later(giveUpAfterMs);
    await settled('pager', { dead: 2 });
    const { items } = await sinks.listDead('pager');
    expect(items.map(({ event }) => event.message)).toEqual(['one', 'two']);
  });

  it('is not followed where it points elsewhere, and what it answers is told nobody', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    answer = () => ({ status: 302, headers: { location: `${origin}/elsewhere` } });
    await emit('one');
    await until('a failure', async () => (await sinks.get('pager')).lastError);
    expect(received.map(({ path }) => path)).toEqual(['/hook']);
    expect((await sinks.get('pager')).lastError).toBe('it answered 302, and redirects are not followed');
  });

  it('waits for its own receiver only', async () => {
    await webhook({ name: 'stuck', webhook: { url: `${origin}/stuck` }, filter: { types: ['site_offline'] } });
    await webhook({ name: 'fine', webhook: { url: `${origin}/fine` }, filter: { types: ['site_offline'] } });
    answer = ({ path }) => (path === '/stuck' ? null : 204);
    await emit('one', 'two');
    await until('two at the other', () => received.filter(({ path }) => path === '/fine').length === 2);
    await until('one at the one that is stuck', () => received.some(({ path }) => path === '/stuck'));
    expect(received.filter(({ path }) => path === '/stuck')).toHaveLength(1);
  });
});

describe('the queue', () => {
  it('goes on after a restart where it was, and sends again what it had no answer to', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    answer = () => null;
    await emit('one', 'two');
    await arrived(1);
    await queue.stop();
    answer = () => 204;
    await startQueue(new TargetPolicy('all'));
    await settled('pager', {});
    expect(messages()).toEqual(['one', 'one', 'two']);
  });

  it('holds nothing of a change that is taken back', async () => {
    await webhook({ filter: { types: ['site_offline'] } });
    const work = network.store.change(async (change) => {
      await change.event({ eventType: 'site_offline', message: 'never', metadata: {} });
      throw new Error('taken back');
    });
    await expect(work).rejects.toThrow('taken back');
    await emit('one');
    await settled('pager', {});
    expect(messages()).toEqual(['one']);
  });

  it('pauses longer each time, up to five minutes, and never the same for all', () => {
    const random = new SeededRandom(7);
    const pauses = [1, 2, 3, 4, 9, 10, 30].map((attempts) => pauseAfter(attempts, random));
    const most = [1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000];
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(most[index]! / 2);
      expect(pause).toBeLessThanOrEqual(most[index]!);
    }
    const first = new Set(Array.from({ length: 20 }, () => pauseAfter(1, random)));
    expect(first.size).toBeGreaterThan(15);
  });
});

describe('a sink', () => {
  it('at a private address is refused, whether it is written or looked up', async () => {
    await queue.stop();
    await startQueue(new TargetPolicy('none'));
    const url = (host: string) => ({ webhook: { url: `http://${host}/` } });
    const wrong = [
      '127.0.0.1',
      '10.1.2.3',
      '169.254.169.254',
      '[::1]',
      '[::ffff:10.0.0.1]',
      '0x7f000001',
      '100.64.0.1',
    ];
    for (const host of wrong) {
      expect(await refusalOf(webhook(url(host)))).toEqual([expect.stringMatching(/^webhook\.url: .* private address/)]);
    }
    await webhook({ webhook: { url: origin.replace('127.0.0.1', 'localhost') } });
    expect(await sinks.test(tester, 'pager')).toMatchObject({
      delivered: false,
      error: expect.stringMatching(/is a private address; PATRONUS_PRIVATE_TARGETS/) as string,
    });
    expect(received).toEqual([]);
  });

  it('is tested with an event of its own, past the queue', async () => {
    await webhook({ enabled: false });
    expect(await sinks.test(tester, 'pager')).toMatchObject({ delivered: true, error: null });
    expect(JSON.parse(received[0]!.body)).toMatchObject({ type: 'test', data: { event_type: 'test' } });
    answer = () => 500;
    expect(await sinks.test(tester, 'pager')).toMatchObject({ delivered: false, error: 'it answered 500' });
  });

  it('shows its key once, and never where others read', async () => {
    const made = await webhook({ webhook: { url: `${origin}/hidden-token` } });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const renewed = await sinks.renewSecret(tester, 'pager');
    expect(renewed.secret).not.toBe(made.secret);
    const readable = JSON.stringify([await sinks.list(), await network.audit.list(), await network.events.list()]);
    for (const secret of [made.secret!, renewed.secret!]) expect(readable).not.toContain(secret);
    const stored = await network.store.db.selectFrom('event_sinks').select('secret').execute();
    expect(stored.map(({ secret }) => secret)).toEqual([expect.stringMatching(/^pse1\./)]);
    expect(JSON.stringify([await network.audit.list(), await network.events.list()])).not.toContain('hidden-token');
  });

  it('is checked whole: its name, its one place, its address, its sites', async () => {
    await webhook();
    const wrong: EventSinkInput = {
      name: 'PAGER',
      filter: { sites: ['nowhere'] },
      webhook: { url: 'https://user:hunter2@example.net/' },
      syslog: { url: 'udp://192.0.2.1' },
    };
    const refused = await refusalOf(sinks.create(tester, wrong));
    expect(refused).toEqual([
      'name: there is an event sink "pager" already',
      'syslog: stands beside webhook',
      'webhook.url: holds a name or a password',
      'filter.sites[0]: there is no site "nowhere"',
    ]);
    expect(await refusalOf(sinks.create(tester, { name: 'none' }))).toEqual(['webhook: is missing']);
    const email = { url: 'smtp://192.0.2.1', from: 'a@example.net', to: ['b@example.net'] };
    const open = { ...email, username: 'a', password: 'b', starttls: 'offered' as const };
    expect(await refusalOf(sinks.create(tester, { name: 'mail', email: open }))).toEqual([
      'email.starttls: would let the password travel unencrypted',
    ]);
    expect(await refusalOf(sinks.update(tester, 'pager', { email }))).toEqual([
      'email: "pager" is of the kind webhook',
    ]);
  });
});
