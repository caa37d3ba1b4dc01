import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maxMessageBytes } from '@patronus/protocol';
import type { Address, PathId } from '@patronus/core';
import { post, someEvent, TestController, TestEdge, until } from '../testing/index.ts';

interface Key {
  readonly id: string;
  readonly key: string;
}
interface Site {
  readonly id: string;
  readonly status: string;
  readonly config: { status: string; reason: string | null; version: string; applied_version: string | null };
}

let controller: TestController;
let number = 0;
let site: string;
const edges: TestEdge[] = [];

beforeAll(async () => {
  controller = await TestController.start();
});
afterAll(async () => {
  for (const edge of edges) edge.hangUp();
  await controller.stop();
});
beforeEach(async () => {
  number++;
  site = `site-${number}`;
  await createSite(site, number);
});

const createSite = (name: string, index: number) =>
  controller.ask('POST', 'sites', {
    name,
    prefixes: [`10.${index}.0.0/24`],
    endpoints: [{ label: 'mpls', device: 'eth0', address: `192.0.2.${index}` }],
  });
const newEdge = (): TestEdge => {
  const edge = new TestEdge(controller.edgePort);
  edges.push(edge);
  return edge;
};
const keyFor = async (name: string, options: Record<string, unknown> = {}): Promise<Key> =>
  (await controller.ask<Key>('POST', 'enrolment-keys', { site: name, ...options })).body;
const enrolled = async (name = site, options: Record<string, unknown> = {}): Promise<TestEdge> => {
  const edge = newEdge();
  expect((await edge.enrol((await keyFor(name, options)).key)).status).toBe(201);
  return edge;
};
const connected = async (name = site): Promise<TestEdge> => {
  const edge = await enrolled(name);
  expect(await edge.connect()).toMatchObject({ type: 'welcome' });
  return edge;
};
const shown = () => controller.get<Site>(`sites/${site}`);
const eventsOf = async (type: string): Promise<{ message: string; metadata: Record<string, unknown> }[]> =>
  (await controller.get<{ items: never[] }>(`events?type=${type}&site=${site}`)).items;

describe('enrolment', () => {
  it('takes an edge in for the site of its key, once', async () => {
    const { key } = await keyFor(site);
    expect(await newEdge().enrol(key)).toMatchObject({ status: 201, body: { siteName: site } });
    const again = await newEdge().enrol(key);
    expect(again).toMatchObject({ status: 403, body: { code: 'enrolment_refused' } });
    expect(again.body.detail).toMatch(/used 1 of 1/);
  });

  it('goes by the terms of the key as they are now', async () => {
    const { key, id } = await keyFor(site);
    await newEdge().enrol(key);
    const change = (body: object) => controller.ask('PATCH', `enrolment-keys/${id}`, body);
    const wrong = await change({ max_uses: 0 });
    expect([wrong.status, wrong.body['code']]).toEqual([422, 'invalid_input']);
    expect((await change({ max_uses: 2, replace: true })).body).toMatchObject({ uses: 1, max_uses: 2, replace: true });
    await controller.ask('DELETE', `enrolment-keys/${id}`);
    expect((await change({ max_uses: 3 })).status).toBe(409);
    expect((await newEdge().enrol(key)).body.detail).toMatch(/was revoked/);
    expect((await controller.ask('POST', `enrolment-keys/${id}/restore`)).body).toMatchObject({ revoked: false });
    expect((await controller.ask('POST', `enrolment-keys/${id}/restore`)).status).toBe(409);
    expect((await newEdge().enrol(key)).status).toBe(201);
    const fewer = await change({ max_uses: 1 });
    expect(fewer.body['detail']).toContain('max_uses: 1 is less than the 2 edges that joined by it');
  });

  it('answers an edge that did not hear the answer the same again, and takes no further use', async () => {
    const { key, id } = await keyFor(site);
    const edge = newEdge();
    const first = await edge.enrol(key);
    expect(await edge.enrol(key)).toEqual(first);
    expect(await controller.get(`enrolment-keys/${id}`)).toMatchObject({ uses: 1 });
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['is not known', async () => 'x'.repeat(43), /not known/],
    [
      'was revoked',
      async () => {
        const { key, id } = await keyFor(site);
        await controller.ask('DELETE', `enrolment-keys/${id}`);
        return key;
      },
      /revoked/,
    ],
    [
      'has expired',
      async () => {
        const { key } = await keyFor(site, { expires_in_seconds: 1 });
        await new Promise((resolve) => setTimeout(resolve, 1_001));
        return key;
      },
      /expired at \d{4}-/,
    ],
  ])('refuses a key that %s, and says so', async (_name, key, detail) => {
    const answer = await newEdge().enrol(await key());
    expect([answer.status, answer.body.code]).toEqual([403, 'enrolment_refused']);
    expect(answer.body.detail).toMatch(detail);
  });

  it('lets only one of two edges with one key in, however close they come', async () => {
    const { key } = await keyFor(site);
    const answers = await Promise.all([1, 2, 3, 4].map(() => newEdge().enrol(key)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403, 403, 403]);
  });

  it('is refused while the site of the key is deleted', async () => {
    const { key } = await keyFor(site);
    await controller.ask('DELETE', `sites/${site}`);
    const refused = await newEdge().enrol(key);
    expect([refused.status, refused.body.detail]).toEqual([403, `site "${site}" was deleted; restore it first`]);
    await controller.ask('POST', `sites/${site}/restore`);
    expect((await newEdge().enrol(key)).status).toBe(201);
  });

  it('refuses a second edge for a site, and replaces the first where the key says so', async () => {
    const first = await connected();
    const refused = await newEdge().enrol((await keyFor(site)).key);
    expect(refused.body.detail).toMatch(/has an edge already.*replace/);
    await enrolled(site, { replace: true });
    expect(await first.isClosed()).toMatchObject({ code: 1008 });
    expect(await first.connect()).toMatchObject({ type: 'refused', code: 'forbidden' });
  });

  it('answers what is no enrolment with a problem', async () => {
    expect(await post(controller.edgePort, '{"half":')).toMatchObject({ status: 422, body: { code: 'invalid_input' } });
    expect(await post(controller.edgePort, '{}')).toMatchObject({ status: 422, body: { code: 'invalid_input' } });
    const large = await post(controller.edgePort, JSON.stringify({ hostname: 'x'.repeat(100_000) }));
    expect(large).toMatchObject({ status: 413, body: { code: 'too_large' } });
    const other = await newEdge().enrol((await keyFor(site)).key, { protocol: 99 });
    expect(other.body.detail).toMatch(/protocol 99/);
    const notAKey = await newEdge().enrol((await keyFor(site)).key, { identityKey: 'bm8ga2V5' });
    expect(notAKey.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a connection', () => {
  it('needs the identity key that was enrolled', async () => {
    const edge = await enrolled();
    const stranger = newEdge();
    stranger.edgeId = edge.edgeId;
    expect(await stranger.connect()).toMatchObject({ type: 'refused', code: 'unauthenticated' });
    await stranger.isClosed();
    expect((await shown()).status).toBe('offline');
  });

  it('does not take a signature that was made for another connection', async () => {
    const edge = await enrolled();
    await edge.connect();
    expect(await edge.connect({ signature: Buffer.alloc(64, 7).toString('base64') })).toMatchObject({
      type: 'refused',
      code: 'unauthenticated',
    });
  });

  it('makes its site online, and offline again when it ends', async () => {
    const edge = await connected();
    expect((await shown()).status).toBe('online');
    edge.hangUp();
    await until('the site is offline', async () => (await shown()).status === 'offline');
    await until('its event is stored', async () => (await eventsOf('site_offline')).length > 0);
    expect(await eventsOf('site_offline')).toHaveLength(1);
  });

  it('gives way to a newer one of the same edge, without the site going offline', async () => {
    const edge = await enrolled();
    await edge.connect();
    const older = edge.heard;
    expect(await edge.connect()).toMatchObject({ type: 'welcome' });
    await until('the older one is told', () => older.some(({ type }) => type === 'refused'));
    expect((await shown()).status).toBe('online');
    expect(await eventsOf('site_offline')).toEqual([]);
  });

  it('is cut when its edge is deleted, and its peers lose its keys', async () => {
    const edge = await connected();
    await controller.ask('DELETE', `edges/${edge.edgeId}`);
    expect(edge.heard).toContainEqual(expect.objectContaining({ type: 'refused', code: 'forbidden' }));
    expect((await edge.isClosed()).code).toBe(1008);
  });

  it('is cut when its site is deleted, refused meanwhile, and welcome again with the same keys once it is restored', async () => {
    const peer = `peer-${number}`;
    await createSite(peer, 200 + number);
    const peerKnows = async (key: string) =>
      JSON.stringify(await controller.get(`sites/${peer}/document`)).includes(key);
    const edge = await connected();
    const tunnelKey = `${'B'.repeat(43)}=`;
    edge.say({ type: 'tunnel_keys', keys: { 'pt0-0': tunnelKey } });
    await until('the peer knows it', () => peerKnows(tunnelKey));
    const { document } = await edge.hears('document', (each) =>
      each.document.remoteSites.some(({ name }) => name === peer),
    );

    await controller.ask('DELETE', `sites/${site}`);
    const refusal = {
      type: 'refused',
      code: 'forbidden',
      message: expect.stringMatching(/was deleted; .* keeps its keys/) as unknown,
    };
    expect(await edge.hears('refused')).toEqual(refusal);
    expect((await edge.isClosed()).code).toBe(1008);
    expect(await edge.connect()).toEqual(refusal);
    await until('the peer has forgotten it', async () => !(await peerKnows(tunnelKey)));

    expect((await controller.ask('POST', `sites/${site}/restore`)).status).toBe(200);
    expect(await edge.connect()).toMatchObject({ type: 'welcome' });
    await edge.hears('document', (each) => each.document.version === document.version);
    await until('the peer knows it again', () => peerKnows(tunnelKey));
    expect((await shown()).status).toBe('online');
  });

  it('is cut when its site is removed for good, and not taken back', async () => {
    const edge = await connected();
    await controller.ask('DELETE', `sites/${site}?purge=true`);
    expect(await edge.hears('refused')).toMatchObject({
      message: expect.stringMatching(/removed for good/) as unknown,
    });
    expect(await edge.connect()).toMatchObject({ type: 'refused', code: 'unauthenticated' });
  });

  it('tells how far the clock of the edge is off', async () => {
    const edge = await enrolled();
    await edge.connect({ wallMs: Date.now() - 3_600_000 });
    const [event] = await eventsOf('clock_skew');
    expect(event?.message).toMatch(/3[56]\d\d(\.\d+)? s behind/);
  });

  it.each<[string, string, string]>([
    ['is not JSON', '{"type":', 'protocol_violation'],
    ['is of an unknown kind', '{"type":"gossip"}', 'protocol_violation'],
    ['has a field of the wrong type', '{"type":"applied","version":5,"applyMs":"x"}', 'protocol_violation'],
    ['is a second hello', '{"type":"hello"}', 'protocol_violation'],
  ])('ends with a reason at a message that %s', async (_name, text, code) => {
    const edge = await connected();
    edge.say(text);
    expect(await edge.hears('refused')).toMatchObject({ code });
    expect((await edge.isClosed()).code).toBe(1008);
  });

  it('ends at a message that is too large, and the edge may come back', async () => {
    const edge = await connected();
    edge.say('x'.repeat(maxMessageBytes + 1));
    expect((await edge.isClosed()).code).toBe(1009);
    expect(await edge.connect()).toMatchObject({ type: 'welcome' });
  });
});

describe('documents', () => {
  it('go to the edge when it comes, and again when something changes for it', async () => {
    const edge = await connected();
    const first = await edge.hears('document');
    expect(first.document.endpoints).toMatchObject([{ label: 'mpls', device: 'eth0', slot: 0 }]);
    await controller.ask('PATCH', `sites/${site}`, { prefixes: ['10.200.0.0/24'] });
    const next = await edge.hears('document', ({ document }) => document.version !== first.document.version);
    expect(next.document.site.prefixes).toEqual(['10.200.0.0/24']);
    await controller.ask('PATCH', `sites/${site}`, { prefixes: [`10.${number}.0.0/24`] });
  });

  it('are pending until applied, and confirmed to the edge', async () => {
    const edge = await connected();
    const prefixes = String([`10.${number}.0.0/24`]);
    const { document } = await edge.hears('document', (heard) => String(heard.document.site.prefixes) === prefixes);
    expect((await shown()).config).toMatchObject({ status: 'pending', version: document.version });
    edge.say({ type: 'applied', version: document.version, applyMs: 12 });
    expect(await edge.hears('confirmed')).toMatchObject({ version: document.version });
    expect((await shown()).config).toMatchObject({ status: 'applied', applied_version: document.version });
  });

  it('that the edge refuses are shown with its reason', async () => {
    const edge = await connected();
    const { document } = await edge.hears('document');
    edge.say({ type: 'rejected', version: document.version, reason: 'nft: no such table', restored: null });
    await until('the refusal is shown', async () => (await shown()).config.status === 'rejected');
    expect((await shown()).config.reason).toBe('nft: no such table');
    expect(await eventsOf('config_rejected')).toMatchObject([{ metadata: { reason: 'nft: no such table' } }]);
  });

  it('name a peer as soon as its edge has told the key of its tunnel', async () => {
    const [mine, other] = [await connected(), `peer-${number}`];
    await createSite(other, 100 + number);
    const peer = await connected(other);
    const key = `${'A'.repeat(43)}=`;
    peer.say({ type: 'tunnel_keys', keys: { 'pt0-0': key } });
    const { document } = await mine.hears('document', (message) =>
      message.document.tunnels.some(({ peers }) => peers.some(({ publicKey }) => publicKey === key)),
    );
    const peerSite = document.remoteSites.find(({ name }) => name === other)!;
    expect(document.tunnels[0]!.peers).toContainEqual(
      expect.objectContaining({ siteId: peerSite.id, address: `192.0.2.${100 + number}`, port: 51_820, keepalive: 0 }),
    );
  });
});

describe('telemetry', () => {
  const figures = { delayMs: 12.5, jitterMs: 0.5, lossPercent: 0 };
  const reportOf = (pathId: PathId) => ({
    pathId,
    health: 'up' as const,
    since: Date.now() - 5_000,
    quality: { rttMs: 25, forward: figures, reverse: { ...figures, delayMs: 12 }, mos: 4.4 },
    sent: 10,
    received: 10,
  });

  it('is acknowledged when stored, and shown', async () => {
    const edge = await connected();
    const other = `far-${number}`;
    await createSite(other, 150 + number);
    const { document } = await edge.hears('document', (message) =>
      message.document.remoteSites.some(({ name }) => name === other),
    );
    const far = document.remoteSites.find(({ name }) => name === other)!;
    const { id } = document.paths.find(({ remoteSiteId }) => remoteSiteId === far.id)!;
    edge.report(1, { paths: [reportOf(id)] });
    expect(await edge.hears('telemetry_ack')).toEqual({ type: 'telemetry_ack', sequence: 1 });
    expect(await controller.get(`paths/${id}`)).toMatchObject({
      health_status: 'up',
      latency: 12.5,
      reverse_latency: 12,
      rtt: 25,
      stale: false,
    });
    const { items } = await controller.get<{ items: unknown[] }>(`paths/${id}/metrics`);
    expect(items).toMatchObject([{ latency: 12.5, samples: 1 }]);
  });

  it('tells where an uplink behind NAT is seen', async () => {
    const edge = await connected();
    const road = `road-${number}`;
    const endpoints = [{ label: 'mpls', device: 'wwan0', nat: true }];
    await controller.ask('POST', 'sites', { name: road, prefixes: [`10.${200 + number}.0.0/24`], endpoints });
    const { document } = await edge.hears('document', (message) =>
      message.document.remoteSites.some(({ name }) => name === road),
    );
    const far = document.remoteSites.find(({ name }) => name === road)!;
    const { id } = document.paths.find(({ remoteSiteId }) => remoteSiteId === far.id)!;
    const uplinkOfRoad = async () => (await controller.get<{ endpoints: unknown[] }>(`sites/${road}`)).endpoints[0];
    expect(await uplinkOfRoad()).toMatchObject({ nat: true, nat_type: 'unknown', public_address: null });
    const remote = { address: '203.0.113.7' as Address, port: 40_001 };
    edge.report(1, { paths: [reportOf(id)], traffic: [{ pathId: id, bytesSent: 1, bytesReceived: 1, remote }] });
    await edge.hears('telemetry_ack');
    expect(await uplinkOfRoad()).toMatchObject({ nat: true, nat_type: 'translated', public_address: '203.0.113.7' });
  });

  it('that comes twice is stored once, and acknowledged again', async () => {
    const edge = await connected();
    const event = someEvent('said twice');
    edge.report(1, { events: [event] });
    await edge.hears('telemetry_ack');
    edge.report(1, { events: [event] });
    await until(
      'it is acknowledged again',
      () => edge.heard.filter(({ type }) => type === 'telemetry_ack').length === 2,
    );
    expect(await eventsOf('edge_started')).toHaveLength(1);
  });

  it('that was kept while the controller was away arrives late and in order, from where it was acknowledged', async () => {
    const edge = await connected();
    edge.report(1, { events: [someEvent('one')] });
    await edge.hears('telemetry_ack');
    edge.hangUp();
    expect(await edge.connect()).toMatchObject({ type: 'welcome', telemetryAcknowledged: 1 });
    for (const [index, text] of ['one', 'two', 'three', 'four'].entries()) {
      edge.report(index + 1, { events: [{ ...someEvent(text), timestamp: Date.now() - 60_000 + index }] });
    }
    await edge.hears('telemetry_ack', ({ sequence }) => sequence === 4);
    const told = (await eventsOf('edge_started')).map(({ message }) => message);
    expect(told).toEqual(['one', 'four', 'three', 'two']);
  });

  it('about paths of another site is passed over', async () => {
    const edge = await connected();
    edge.report(1, { paths: [reportOf('00000000-0000-5000-8000-000000000000' as PathId)] });
    expect(await edge.hears('telemetry_ack')).toMatchObject({ sequence: 1 });
  });
});
