import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PathId } from '@patronus/core';
import { TestController, TestEdge, until } from '../testing/index.ts';

interface Items<T = Record<string, unknown>> {
  readonly items: readonly T[];
}
interface Total {
  readonly id: number | string;
  readonly name: string;
  readonly packets_matched: number | string;
  readonly bytes_matched: number | string;
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly first_seen: number | null;
}

let controller: TestController;
let edge: TestEdge;
let sequence = 0;
let path: string;
let policy: number;

beforeAll(async () => {
  controller = await TestController.start();
  for (const [name, address] of [
    ['hq', '192.0.2.1'],
    ['branch', '192.0.2.2'],
  ]) {
    await controller.ask('POST', 'sites', { name, endpoints: [{ label: 'mpls', device: 'eth0', address }] });
  }
  const made = await controller.ask<{ id: number }>('POST', 'policies', { name: "voice, 'gold'", priority: 9 });
  policy = made.body.id;
  path = (await controller.get<Items<{ id: string }>>('paths?source_site=hq')).items[0]!.id;
  const { body } = await controller.ask<{ key: string }>('POST', 'enrolment-keys', { site: 'hq' });
  edge = new TestEdge(controller.edgePort);
  await edge.enrol(body.key);
  await edge.connect();
});
afterAll(async () => {
  edge.hangUp();
  await controller.stop();
});

/** The edge counts so many packets of 100 octets in all, and the path as many octets. */
const count = async (packets: number): Promise<void> => {
  const policies = [{ policyId: policy, epoch: 'a', packets, bytes: packets * 100 }];
  edge.report(++sequence, {
    policies,
    traffic: [{ pathId: path as PathId, bytesSent: packets, bytesReceived: 2 * packets }],
  });
  await edge.hears('telemetry_ack', (each) => each.sequence === sequence);
};
const reconnect = async (): Promise<void> => {
  edge.port = controller.edgePort;
  await edge.connect();
};
const text = async (address: string): Promise<{ type: string; body: string }> => {
  const response = await fetch(`${controller.running.httpUrl}/api/v1/stats/${address}`);
  return { type: response.headers.get('content-type') ?? '', body: await response.text() };
};
const graphql = async <T>(query: string): Promise<T> =>
  (await controller.ask<{ data: T }>('POST', '/graphql', { query })).body.data;
const totalOf = async (kind: string, name: string): Promise<Total | undefined> =>
  (await controller.get<Items<Total>>(`stats/${kind}`)).items.find((each) => each.name === name);

describe('totals', () => {
  it('are live, of policies, sites, endpoints and paths', async () => {
    await count(10);
    expect(await totalOf('policies', "voice, 'gold'")).toMatchObject({
      id: policy,
      packets_matched: 10,
      bytes_matched: 1_000,
    });
    expect(await totalOf('policies', 'default')).toMatchObject({ packets_matched: 0, first_seen: null });
    const passed = { bytes_sent: 10, bytes_received: 20 };
    expect(await totalOf('paths', 'hq/mpls:branch/mpls')).toMatchObject({ id: path, ...passed });
    expect(await totalOf('endpoints', 'hq/mpls')).toMatchObject(passed);
    expect(await totalOf('sites', 'hq')).toMatchObject({ ...passed, packets_matched: 10 });
    expect(await totalOf('sites', 'branch')).toMatchObject({ bytes_sent: 0 });
    const { body } = await controller.ask<Items>('GET', `stats/policies/${policy}`);
    expect(body.items).toEqual([await totalOf('policies', "voice, 'gold'")]);
  });

  it('are the same through GraphQL, and so is their sum', async () => {
    const data = await graphql(
      `{ policyStats(id: ${policy}) { id name packets_matched bytes_matched }
         trafficStats(kind: path, id: "${path}") { id name bytes_sent bytes_received }
         sum: trafficStats(kind: policy, aggregate: true) { id packets_matched bytes_matched } }`,
    );
    expect(data).toEqual({
      policyStats: { id: String(policy), name: "voice, 'gold'", packets_matched: 10, bytes_matched: 1_000 },
      trafficStats: [{ id: path, name: 'hq/mpls:branch/mpls', bytes_sent: 10, bytes_received: 20 }],
      sum: [{ id: null, packets_matched: 10, bytes_matched: 1_000 }],
    });
  });

  it('come as CSV and in the words of Prometheus', async () => {
    const csv = await text('policies?format=csv');
    expect(csv.type).toContain('text/csv');
    const [head, first] = csv.body.split('\r\n');
    expect(head).toBe('id,name,packets_matched,bytes_matched,active_flows,first_seen,last_updated');
    expect(first).toMatch(new RegExp(`^${policy},"voice, 'gold'",10,1000,,\\d{13},\\d{13}$`));
    const prometheus = await text('policies?format=prometheus');
    expect(prometheus.body).toContain('# TYPE patronus_policy_bytes_total counter\n');
    expect(prometheus.body).toContain(
      `patronus_policy_bytes_total{policy_id="${policy}",policy="voice, 'gold'"} 1000\n`,
    );
  });

  it('go on over a restart', async () => {
    await count(12);
    await controller.restart();
    expect(await totalOf('policies', "voice, 'gold'")).toMatchObject({ packets_matched: 12, bytes_matched: 1_200 });
    expect(await totalOf('sites', 'hq')).toMatchObject({ bytes_sent: 12, packets_matched: 12 });
    const { items } = await controller.get<Items<{ packets_matched: number }>>('policies');
    expect(items[0]).toMatchObject({ packets_matched: 12 });
    await reconnect();
    await count(15);
    expect(await totalOf('policies', "voice, 'gold'")).toMatchObject({ packets_matched: 15 });
  });
});

describe('history', () => {
  it('tells what came in each step, of one, of each and of all', async () => {
    await controller.restart();
    const from = Date.now() - 60_000;
    const range = `from=${from}&step=3600000`;
    const one = await controller.get<Items & { step: number }>(`stats/policies/${policy}?${range}`);
    expect(one.step).toBe(3_600_000);
    expect(sum(one.items, 'packets_matched')).toBe(15);
    const sites = await controller.get<Items>(`stats/sites?${range}`);
    expect(sum(sites.items, 'bytes_sent')).toBe(15);
    const all = await controller.get<Items>(`stats/policies?${range}&aggregate=true`);
    expect(all.items[0]).not.toHaveProperty('id');
    expect(sum(all.items, 'bytes_matched')).toBe(1_500);
    const { trafficHistory } = await graphql<{ trafficHistory: Record<string, unknown>[] }>(
      `{ trafficHistory(kind: policy, id: "${policy}", from: ${from}, step: 10000) { id timestamp packets_matched } }`,
    );
    expect(sum(trafficHistory, 'packets_matched')).toBe(15);
    const prometheus = await text(`paths?${range}&format=prometheus`);
    expect(prometheus.body).toMatch(
      /patronus_path_sent_bytes_in_step\{path_id="[^"]+",path="hq\/mpls:branch\/mpls"\} \d+ \d{13}\n/,
    );
    expect((await text(`paths?${range}&format=csv`)).body).toContain('id,name,timestamp,bytes_sent,bytes_received\r\n');
  });

  it('is refused for what is not there and for ranges that are none', async () => {
    for (const [address, status] of [
      ['stats/policies/99', 404],
      ['stats/policies/x', 404],
      ['stats/paths/nothing?step=60000', 404],
      ['stats/policies?from=5&to=5', 422],
      ['stats/policies?step=0', 422],
      ['stats/policies?format=xml', 422],
      ['stats/policies?from=yesterday', 422],
    ] as const) {
      expect([address, (await controller.ask('GET', address)).status]).toEqual([address, status]);
    }
    const answer = await controller.ask<{ errors: { extensions: { code: string } }[] }>('POST', '/graphql', {
      query: '{ trafficHistory(kind: path, step: 0.5) { id } }',
    });
    expect(answer.body.errors[0]?.extensions.code).toBe('invalid_input');
  });
});

describe('the controllers', () => {
  it('are told: this one, with its name, version and database', async () => {
    const { items } = await controller.get<{ items: Record<string, unknown>[] }>('nodes');
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^[A-Za-z0-9._-]+$/) as string,
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        role: 'leader',
        database: expect.stringMatching(/^(sqlite|postgres)$/) as string,
        started_at: expect.any(Number) as number,
        uptime_seconds: expect.any(Number) as number,
        current: true,
      },
    ]);
  });
});

describe('kept answers', () => {
  it('are counted and forgotten with the other caches', async () => {
    interface Cache {
      readonly name: string;
      readonly hits: number;
      readonly entries: number;
    }
    const answers = async () => {
      const { items } = await controller.get<{ items: Cache[] }>('caches');
      return items.find(({ name }) => name === 'answers')!;
    };
    const before = await answers();
    for (let round = 0; round < 3; round++) await controller.get('sites?limit=3');
    const after = await answers();
    expect(after.hits).toBeGreaterThan(before.hits);
    expect(after.entries).toBeGreaterThan(0);
    await controller.ask('POST', 'caches/clear');
    expect((await answers()).entries).toBe(0);
  });
});

describe('caches', () => {
  it('tell how they do, and are emptied by an administrator', async () => {
    await controller.get(`paths/${path}/metrics`);
    await controller.get(`paths/${path}/metrics`);
    const { items } = await controller.get<Items>('caches');
    expect(items).toContainEqual({ name: 'metrics', hits: 1, misses: 1, entries: 1, max_entries: 100, ttl_ms: 60_000 });
    const { body } = await controller.ask<{ cleared_entries: number }>('POST', 'caches/clear');
    expect(body).toMatchObject({ success: true });
    // two documents, a series of figures, and what else is kept
    expect(body.cleared_entries).toBeGreaterThanOrEqual(3);
    expect((await controller.request('POST', 'caches/clear')).status).toBe(401);
  });
});

describe('a reset', () => {
  it('starts at zero again and needs a caller who may', async () => {
    expect((await controller.request('POST', `stats/policies/${policy}/reset`)).status).toBe(401);
    const { body } = await controller.ask('POST', `stats/policies/${policy}/reset`);
    expect(body).toEqual({ success: true, message: "The counters of policy voice, 'gold' start at zero again" });
    expect(await totalOf('policies', "voice, 'gold'")).toMatchObject({ packets_matched: 0, first_seen: null });
    await reconnect();
    await count(18);
    expect(await until('counting', () => totalOf('policies', "voice, 'gold'"))).toMatchObject({ packets_matched: 3 });
  });
});

const sum = (items: readonly Record<string, unknown>[], field: string): number =>
  items.reduce((total, item) => total + Number(item[field]), 0);
