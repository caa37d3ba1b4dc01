import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../auth/index.ts';
import { TestAccount, TestController } from '../testing/index.ts';

const apiVersion = 'patronus/v1';
const site = (name: string, spec: object = {}) => ({ apiVersion, kind: 'Site', metadata: { name }, spec });

let controller: TestController;
const accounts = {} as Record<Role, TestAccount>;
beforeAll(async () => {
  controller = await TestController.start();
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    accounts[role] = await TestAccount.create(controller, role, role);
  }
});
afterAll(() => controller.stop());

/** What a user of this role sends. */
const as = (role: Role): Record<string, string> => accounts[role].bearer;

const graphql = async (
  headers: Record<string, string>,
  query: string,
  variables: object = {},
): Promise<{ data: Record<string, unknown> | null; errors?: { extensions: { code: string; problems?: unknown } }[] }> =>
  (await controller.request('POST', '/graphql', { query, variables }, headers)).body as never;

const applying =
  'mutation ($documents: [ManifestInput!]!, $prune: Boolean) { apply(documents: $documents, prune: $prune) { dry_run objects { kind name outcome before after } } }';

describe('applying documents', () => {
  it('is for operators, and pruning for administrators, at both doors', async () => {
    const documents = [site('hq')];
    const statuses = async (role: Role, body: object): Promise<unknown[]> => {
      const headers = as(role);
      const rest = await controller.request('POST', 'apply', body, headers);
      const { errors } = await graphql(headers, applying, body);
      return [rest.status, errors?.[0]?.extensions.code];
    };
    expect(await statuses('viewer', { documents })).toEqual([403, 'forbidden']);
    expect(await statuses('operator', { documents })).toEqual([200, undefined]);
    expect(await statuses('operator', { documents, prune: true })).toEqual([403, 'forbidden']);
    expect(await statuses('admin', { documents, prune: true })).toEqual([200, undefined]);
  });

  it('takes by GraphQL what REST exports, and answers the same', async () => {
    const headers = as('admin');
    const links = { apiVersion, kind: 'TransportLinks', metadata: { name: 'default' }, spec: { links: null } };
    const match = { source_sites: ['hq'], protocol: 'udp', destination_ports: [{ from: 5_060, to: 5_061 }] };
    const voice = {
      apiVersion,
      kind: 'Policy',
      metadata: { name: 'voice' },
      spec: { priority: 9, match_conditions: match, action: { type: 'steer', sla: { max_delay_ms: 150 } } },
    };
    const endpoints = [{ label: 'mpls', device: 'eth0', address: '192.0.2.1', up_bps: 5e9 }];
    const documents = [links, site('hq', { prefixes: ['10.1.0.0/24'], endpoints }), voice];
    const made = await graphql(headers, applying, { documents });
    expect(made.errors).toBeUndefined();
    expect(made.data!['apply']).toMatchObject({
      dry_run: false,
      objects: [{ outcome: 'unchanged' }, { outcome: 'updated' }, { outcome: 'created', after: voice }],
    });
    const { body } = await controller.request<{ documents: { kind: string }[] }>('GET', 'export', undefined, headers);
    const ours = body.documents.filter(({ kind }) => kind !== 'QosClass');
    expect(ours.slice(0, 3)).toEqual(documents);
    expect((await graphql(headers, '{ export }')).data!['export']).toEqual(body.documents);
    const again = await graphql(headers, applying, { documents: body.documents });
    expect((again.data!['apply'] as { objects: { outcome: string }[] }).objects.map(({ outcome }) => outcome)).toEqual(
      body.documents.map(() => 'unchanged'),
    );
  });

  it('tells of users and changes them for administrators only, at both doors', async () => {
    const alice = { apiVersion, kind: 'User', metadata: { name: 'alice' }, spec: { role: 'viewer', name: 'Alice' } };
    const documents = [alice];
    const refused = await controller.request('POST', 'apply', { documents }, as('operator'));
    expect([refused.status, refused.body['code']]).toEqual([403, 'forbidden']);
    expect((await graphql(as('operator'), applying, { documents })).errors![0]!.extensions.code).toBe('forbidden');
    expect((await graphql(as('admin'), applying, { documents })).data!['apply']).toMatchObject({
      objects: [{ kind: 'User', name: 'alice', outcome: 'created', after: alice }],
    });
    const usersIn = async (role: Role): Promise<unknown[]> => {
      const rest = await controller.request<{ documents: { kind: string }[] }>('GET', 'export', undefined, as(role));
      const exported = (await graphql(as(role), '{ export }')).data!['export'] as { kind: string }[];
      expect(exported).toEqual(rest.body.documents);
      return exported.filter(({ kind }) => kind === 'User');
    };
    expect(await usersIn('operator')).toEqual([]);
    expect(await usersIn('admin')).toContainEqual(alice);
  });

  it('names every wrong field of every document in its refusal', async () => {
    const headers = as('operator');
    const documents = [site('hq', { prefixes: ['10.1.0.0/33'] }), site('', { location: 5 }), { kind: 'Router' }];
    const { status, body } = await controller.request<{ code: string; problems: { field: string }[] }>(
      'POST',
      'apply',
      { documents },
      headers,
    );
    expect([status, body.code, body.problems.map(({ field }) => field)]).toEqual([
      422,
      'invalid_input',
      ['documents[1].spec.location', 'documents[2].kind'],
    ]);
    const { errors } = await graphql(headers, applying, { documents: [site('hq', { priority: 1 })] });
    expect(errors![0]!.extensions).toMatchObject({
      problems: [{ field: 'documents[0].spec.priority', problem: 'is unknown' }],
    });
  });
});

describe('events', () => {
  it('are filtered by severity and acknowledgement at both doors', async () => {
    const headers = as('operator');
    await controller.request('POST', 'auth/login', { username: 'nobody', password: 'Wrong-Horse-7-Battery' });
    const rest = await controller.request<{ items: { id: string; severity: string }[] }>(
      'GET',
      'events?severity=warning,error&acknowledged=false',
      undefined,
      headers,
    );
    expect(rest.body.items.map(({ severity }) => severity)).toEqual(['warning']);
    const { id } = rest.body.items[0]!;
    const query = '{ events(severities: ["warning"], acknowledged: false) { id } }';
    expect((await graphql(headers, query)).data!['events']).toEqual([{ id }]);
    const { data } = await graphql(headers, `mutation { acknowledgeEvents(ids: ["${id}"]) { id acknowledged_by } }`);
    expect(data!['acknowledgeEvents']).toEqual([{ id, acknowledged_by: 'operator' }]);
    expect((await graphql(headers, query)).data!['events']).toEqual([]);
  });

  it('are not listed by a type or severity that does not exist, and the refusal names those that do', async () => {
    const headers = as('viewer');
    for (const [name, wrong, known] of [
      ['type', 'falover', 'failover, failback'],
      ['severity', 'fatal', 'info, warning, error'],
    ] as const) {
      const problems = [{ field: `${name}[1]`, problem: expect.stringContaining(`must be one of `) as string }];
      const path = `events?${name}=${known.split(', ')[0]},${wrong}`;
      const rest = await controller.request<{ problems: { problem: string }[] }>('GET', path, undefined, headers);
      expect([rest.status, rest.body.problems]).toEqual([422, problems]);
      expect(rest.body.problems[0]!.problem).toContain(known);
      const query = `{ events(${name}: ["${known.split(', ')[0]}", "${wrong}"]) { id } }`;
      expect((await graphql(headers, query)).errors![0]!.extensions).toMatchObject({ problems: rest.body.problems });
    }
  });

  it('are acknowledged by operators, not by viewers, and no more than 400 at once', async () => {
    const viewer = as('viewer');
    expect((await controller.request('POST', 'events/acknowledgements', { ids: ['x'] }, viewer)).status).toBe(403);
    const operator = as('operator');
    const ids = Array.from({ length: 401 }, (_, index) => `id-${index}`);
    expect((await controller.request('POST', 'events/acknowledgements', { ids }, operator)).status).toBe(422);
    expect((await controller.request('POST', 'events/acknowledgements', { ids: ['unknown'] }, operator)).status).toBe(
      404,
    );
  });
});

describe('event sinks', () => {
  it('are for administrators, and the same at both doors', async () => {
    const webhook = { url: 'https://192.0.2.1/x' };
    const operator = as('operator');
    expect((await controller.request('GET', 'event-sinks', undefined, operator)).status).toBe(403);
    expect((await graphql(operator, '{ eventSinks { id } }')).errors![0]!.extensions.code).toBe('forbidden');
    const admin = as('admin');
    const made = await graphql(
      admin,
      'mutation ($input: EventSinkInput!) { createEventSink(input: $input) { id secret } }',
      {
        input: { name: 'pager', webhook, filter: { types: ['failover'] } },
      },
    );
    const { id } = made.data!['createEventSink'] as { id: string };
    const rest = await controller.request<{ items: object[] }>('GET', 'event-sinks', undefined, admin);
    expect(rest.body.items).toEqual([expect.objectContaining({ id, name: 'pager', webhook, syslog: null, queued: 0 })]);
    const seen = await graphql(
      admin,
      '{ eventSink(sink: "pager") { id kind secret webhook { url } filter { types sites } } deadLetters(sink: "pager") { id } }',
    );
    expect(seen.data).toEqual({
      eventSink: { id, kind: 'webhook', secret: null, webhook, filter: { types: ['failover'], sites: null } },
      deadLetters: [],
    });
    expect((await controller.request('DELETE', 'event-sinks/pager', undefined, admin)).status).toBe(204);
  });
});
