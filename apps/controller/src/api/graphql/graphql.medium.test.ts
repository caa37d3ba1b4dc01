import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TestController, TestEdge, until } from '../../testing/index.ts';

interface Result<T> {
  readonly data: T | null;
  readonly errors?: readonly { message: string; extensions?: { code?: string; problems?: { field: string }[] } }[];
}

let controller: TestController;
let siteId: string;
const clients: Client[] = [];

beforeAll(async () => {
  controller = await TestController.start();
  const made = await controller.ask<{ id: string }>('POST', 'sites', {
    name: 'hq',
    endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.1' }],
  });
  siteId = made.body.id;
  await controller.ask('POST', 'sites', {
    name: 'branch',
    endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.2', up_bps: 5_000_000_000 }],
  });
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await controller.stop();
});

const run = async <T = Record<string, unknown>>(query: string, variables = {}, as: 'admin' | 'nobody' = 'admin') => {
  const headers: Record<string, string> = as === 'admin' ? { authorization: `Bearer ${controller.localToken}` } : {};
  return (await controller.request<Result<T>>('POST', '/graphql', { query, variables }, headers)).body;
};
const subscribe = (query: string, options: { headers?: Record<string, string> } = {}): Record<string, unknown>[] => {
  const heard: Record<string, unknown>[] = [];
  const client = createClient({
    url: `${controller.running.httpUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: options.headers ?? {} });
      }
    },
    retryAttempts: 0,
  });
  clients.push(client);
  client.subscribe(
    { query },
    {
      next: ({ data }) => heard.push(data as Record<string, unknown>),
      error: () => heard.push({ error: true }),
      complete: () => undefined,
    },
  );
  return heard;
};

describe('the operations that were promised', () => {
  it('list policies, sites and paths', async () => {
    expect(
      await run('query { policies { id priority name description packets_matched bytes_matched } }', {}, 'nobody'),
    ).toEqual({
      data: {
        policies: [
          {
            id: '1',
            priority: 0,
            name: 'default',
            description: 'All traffic that no other policy matches',
            packets_matched: 0,
            bytes_matched: 0,
          },
        ],
      },
    });
    const { data } = await run<{ sites: unknown[] }>('query { sites { id name location endpoints { id address } } }');
    expect(data?.sites).toContainEqual({
      id: siteId,
      name: 'hq',
      location: '',
      endpoints: [{ id: expect.any(String) as string, address: '192.0.2.1' }],
    });
    const paths = await run<{ paths: unknown[] }>(
      'query { paths { id source_endpoint_id dest_endpoint_id latency bandwidth health_status } }',
    );
    expect(paths.data?.paths).toHaveLength(2);
    expect(paths.data?.paths).toContainEqual(
      expect.objectContaining({ latency: null, bandwidth: 5_000_000_000, health_status: 'unknown' }),
    );
  });

  it('answer questions compressed where that is long, and changes as they are', async () => {
    const fields = Array.from({ length: 90 }, (_each, index) => `message_no_${index}: message`).join(' ');
    const encodings = async (query: string) => {
      const answer = await fetch(`${controller.running.httpUrl}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-encoding': 'br',
          authorization: `Bearer ${controller.localToken}`,
        },
        body: JSON.stringify({ query }),
      });
      return { encoding: answer.headers.get('content-encoding'), long: (await answer.text()).length > 1_024 };
    };
    const question = '{ __schema { types { name description } } }';
    expect(await encodings(question)).toEqual({ encoding: 'br', long: true });
    expect(await encodings('{ sites { name } }')).toEqual({ encoding: null, long: false });
    expect(await encodings(`mutation { clearCache { ${fields} } }`)).toEqual({ encoding: null, long: true });
  });

  it('create a policy from structured input, which reads back the same', async () => {
    const made = await run<{ createPolicy: { id: string; priority: number } }>(`mutation { createPolicy(input: {
      priority: 100, name: "High Priority Traffic", description: "Route time-sensitive traffic",
      match_conditions: { source_sites: ["hq"], protocol: "udp", any_of: [{ dscp: [46] }, { destination_ports: [{ from: 5000, to: 5010 }] }] },
      action: { type: "steer", sla: { max_delay_ms: 150, max_loss_percent: 1 }, prefer: ["mpls"] }
    }) { id priority } }`);
    expect(made).toMatchObject({ data: { createPolicy: { priority: 100 } } });
    const read = await run(
      `query ($id: ID!) { policy(id: $id) {
        match_conditions { source_sites protocol any_of { dscp destination_ports { from to } } }
        action { type sla { max_delay_ms max_loss_percent } prefer }
      } }`,
      { id: made.data!.createPolicy.id },
    );
    expect(read).toMatchObject({
      data: {
        policy: {
          match_conditions: {
            source_sites: [siteId],
            protocol: 'udp',
            any_of: [{ dscp: [46] }, { destination_ports: [{ from: 5000, to: 5010 }] }],
          },
          action: { type: 'steer', sla: { max_delay_ms: 150, max_loss_percent: 1 }, prefer: ['mpls'] },
        },
      },
    });
    await run('mutation ($id: ID!) { deletePolicy(id: $id) { success } }', { id: made.data!.createPolicy.id });
  });

  it('delete a site, and clear what is cached', async () => {
    const made = await controller.ask<{ id: string }>('POST', 'sites', { name: 'short-lived' });
    const gone = await run('mutation deleteSite($site_id: ID!) { deleteSite(site_id: $site_id) { success message } }', {
      site_id: made.body.id,
    });
    const message = /^Site short-lived was deleted with its endpoints and paths; it can be restored until \d{4}-/;
    expect(gone).toEqual({
      data: { deleteSite: { success: true, message: expect.stringMatching(message) as unknown } },
    });
    const cleared = await run('mutation { clearCache { success message cleared_entries } }');
    expect(cleared).toMatchObject({ data: { clearCache: { success: true } } });
  });

  it('restore what they delete, and purge it', async () => {
    const made = await controller.ask<{ id: string }>('POST', 'sites', { name: 'brief' });
    const policy = await run<{ createPolicy: { id: string } }>(
      'mutation { createPolicy(input: { priority: 3, name: "brief", match_conditions: { source_sites: ["brief"] } }) { id } }',
    );
    const { id } = policy.data!.createPolicy;
    const dependencies = await run(
      '{ siteDependencies(site_id: "brief") { site endpoints paths enrolment_keys edges policies { id name } } }',
    );
    expect(dependencies.data?.['siteDependencies']).toEqual({
      site: 'brief',
      endpoints: 0,
      paths: 0,
      enrolment_keys: 0,
      edges: 0,
      policies: [{ id, name: 'brief' }],
    });
    expect(await run('mutation { deleteSite(site_id: "brief") { success message } }')).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'conflict' } }],
    });
    await run('mutation { deleteSite(site_id: "brief", force: true) { success } }');
    await run('mutation ($id: ID!) { deletePolicy(id: $id) { success message } }', { id });
    const deleted = '{ sites(deleted: true) { id name purge_at } policies(deleted: true) { id name deleted_at } }';
    const purgeAt = expect.any(Number) as unknown;
    expect(await run(deleted)).toMatchObject({
      data: {
        sites: expect.arrayContaining([{ id: made.body.id, name: 'brief', purge_at: purgeAt }]) as unknown,
        policies: expect.arrayContaining([{ id, name: 'brief', deleted_at: purgeAt }]) as unknown,
      },
    });
    const back = await run(
      'mutation ($id: ID!) { restorePolicy(id: $id) { id deleted_at } restoreSite(site_id: "brief") { id deleted_at } }',
      { id },
    );
    expect(back.data).toEqual({
      restorePolicy: { id, deleted_at: null },
      restoreSite: { id: made.body.id, deleted_at: null },
    });
    const purged = await run<{ deleteSite: { message: string } }>(
      'mutation ($id: ID!) { deletePolicy(id: $id, purge: true) { success } deleteSite(site_id: "brief", purge: true) { message } }',
      { id },
    );
    expect(purged.data?.deleteSite.message).toBe('Site brief was removed for good with its endpoints and paths');
  });

  it('are the same at the other promised address', async () => {
    const answer = await controller.request('POST', '/api/v2/graphql', { query: '{ sites { name } }' });
    expect(answer.body).toEqual({ data: { sites: [{ name: 'branch' }, { name: 'hq' }] } });
  });

  it('give a browser a page to try them on, and a program an answer', async () => {
    const webDir = mkdtempSync(join(tmpdir(), 'patronus-web-'));
    writeFileSync(join(webDir, 'index.html'), 'the dashboard');
    writeFileSync(join(webDir, 'playground.html'), 'the playground');
    const own = await TestController.start({ PATRONUS_WEB_DIR: webDir });
    try {
      const get = (path: string, accept: string) => own.request<string>('GET', path, undefined, { accept });
      const page = await get('/graphql', 'text/html');
      expect([page.status, page.body]).toEqual([200, 'the playground']);
      expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe-inline/);
      expect((await get('/graphql?query={__typename}', 'application/json')).body).toEqual({
        data: { __typename: 'Query' },
      });
    } finally {
      await own.stop();
      rmSync(webDir, { recursive: true });
    }
  });
});

describe('what is refused', () => {
  it('is a mutation by nobody, with the code for it', async () => {
    const { data, errors } = await run('mutation { createSite(input: { name: "x" }) { id } }', {}, 'nobody');
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('unauthenticated');
    const byGet = await controller.request(
      'GET',
      `/graphql?query=${encodeURIComponent('mutation { clearCache { success } }')}`,
    );
    expect(JSON.stringify(byGet.body)).not.toContain('"success":true');
  });

  it('is wrong input, naming the fields', async () => {
    const { errors } = await run('mutation { createSite(input: { name: "hq", prefixes: ["10.0.0.1/8"] }) { id } }');
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'invalid_input',
      problems: [{ field: 'name' }, { field: 'prefixes[0]' }],
    });
  });

  it('is what asks for too much', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `a${index}: paths { id source_site dest_site }`).join(' ');
    expect((await run(`{ ${many} }`)).errors?.[0]).toMatchObject({ extensions: { code: 'too_large' } });
  });

  it('is a subscription from a page of another site', async () => {
    const heard = subscribe('subscription { events { message } }', { headers: { origin: 'https://evil.example' } });
    await until('it is refused', () => heard.length > 0);
    expect(heard).toEqual([{ error: true }]);
  });
});

describe('subscriptions', () => {
  it('do not hold up a stop, not even one whose client does not answer', async () => {
    const own = await TestController.start();
    const socket = new WebSocket(`${own.running.httpUrl.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.on('open', resolve));
    socket.pause();
    const started = performance.now();
    await own.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    socket.terminate();
  });

  it('tell events as they happen', async () => {
    const heard = subscribe('subscription { events { timestamp event_type severity message metadata } }');
    await until('an event is heard', async () => {
      await controller.ask('PATCH', 'sites/hq', { location: `room ${Math.random()}` });
      return heard.length > 0;
    });
    expect(heard[0]).toEqual({
      events: {
        timestamp: expect.any(Number) as number,
        event_type: 'object_updated',
        severity: 'info',
        message: 'Site hq was changed',
        metadata: { object: 'site', id: siteId },
      },
    });
  });

  it('tell paths when their edge reports them', async () => {
    const key = await controller.ask<{ key: string }>('POST', 'enrolment-keys', { site: 'hq' });
    const edge = new TestEdge(controller.edgePort);
    await edge.enrol(key.body.key);
    await edge.connect();
    const { document } = await edge.hears('document');
    const heard = subscribe('subscription { pathMetrics { id latency health_status stale } }');
    const together = subscribe('subscription { pathReports { id latency } }');
    const pathId = document.paths[0]!.id;
    const direction = { delayMs: 7, jitterMs: 1, lossPercent: 0 };
    const quality = { rttMs: 14, forward: direction, reverse: direction, mos: 4 };
    let sequence = 0;
    await until('a path is heard', () => {
      const report = { pathId, health: 'up' as const, since: Date.now(), quality, sent: 1, received: 1 };
      edge.report(++sequence, { paths: [report] });
      return heard.length > 0 && together.length > 0;
    });
    expect(heard[0]).toEqual({ pathMetrics: { id: pathId, latency: 7, health_status: 'up', stale: false } });
    expect(together[0]).toEqual({ pathReports: [{ id: pathId, latency: 7 }] });
    edge.hangUp();
  });
});
