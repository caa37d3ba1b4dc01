import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TestController, TestEdge } from '../../testing/index.ts';

interface Media {
  readonly schema: TSchema;
  readonly example?: unknown;
  readonly examples?: Record<string, { value: unknown }>;
}
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { readonly content?: Record<string, Media> }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}

const password = 'Correct-Horse-7-Battery';
let controller: TestController;
let text: string;
let operations: Map<string, Operation & { path: string; method: string }>;

beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_ADMIN_PASSWORD: password });
  text = await (await fetch(`${controller.running.httpUrl}/api/v1/openapi.json`)).text();
  const { paths } = JSON.parse(text) as Document;
  operations = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [operation.operationId, { ...operation, path, method }]),
    ),
  );
});
afterAll(() => controller.stop());

describe('the page that shows the document', () => {
  it('is made of our own files, and runs nothing inline', async () => {
    const page = await controller.request<string>('GET', '/api/v1/docs/');
    const policy = page.headers.get('content-security-policy');
    expect([page.status, policy]).toEqual([200, expect.stringMatching(/default-src 'self'/)]);
    expect(policy).not.toMatch(/unsafe/);
    expect(page.body).not.toMatch(/<script>|<style|https?:\/\//);
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(files.length).toBeGreaterThan(4);
    for (const file of [...files, './json']) {
      const { pathname } = new URL(file, 'http://localhost/api/v1/docs/');
      expect([pathname, (await controller.request('GET', pathname)).status]).toEqual([pathname, 200]);
    }
  });
});

describe('the OpenAPI document', () => {
  it('is without a finding of the linter', async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      // A WebSocket answers with 101.
      rules: { 'operation-2xx-response': 'off' },
    });
    const findings = await lintFromString({ source: text, config });
    expect(findings.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  });

  it('gives each operation a name of its own and a sentence', () => {
    expect(new Set(operations.keys()).size).toBeGreaterThan(35);
    expect([...operations.values()].filter(({ summary }) => summary === undefined)).toEqual([]);
  });

  it('shows examples that are valid, for what is sent', () => {
    let shown = 0;
    for (const { operationId, requestBody } of operations.values()) {
      for (const { schema, example, examples = {} } of Object.values(requestBody?.content ?? {})) {
        const values = [example, ...Object.values(examples).map(({ value }) => value), ...examplesOf(schema)];
        for (const value of values.filter((each) => each !== undefined)) {
          shown += 1;
          expect([operationId, Compile(schema).Check(value)]).toEqual([operationId, true]);
        }
      }
    }
    expect(shown).toBeGreaterThan(9);
  });
});

const examplesOf = (schema: TSchema): unknown[] => (schema as { examples?: unknown[] }).examples ?? [];

/** Users, sessions and keys: `permissions-sqlite.medium.test.ts` drives all of those, for every role. */
const accounts =
  /\/(?:users|account|sessions|api-keys|signing-keys|secret-keys|passkeys|identities|auth\/cookie|auth\/passkey|auth\/oidc|\.well-known)/;

type Known = Record<string, string>;
/** What is sent: where in the path, with which query and body; ids come from the answers before. */
type Drive = (known: Known) => { params?: Record<string, string>; query?: string; body?: unknown; status?: number };

/** Every operation, in an order in which all of them succeed. */
const drives: Record<string, Drive> = {
  getHealth: () => ({}),
  getHealthLive: () => ({}),
  getHealthReady: () => ({}),
  getRootHealth: () => ({}),
  getRootHealthLive: () => ({}),
  getRootHealthReady: () => ({}),
  getAuthWays: () => ({}),
  postAuthSetup: () => ({ body: { token: 'none', password }, status: 401 }),
  postAuthDevice: () => ({ body: { machine: 'laptop' } }),
  postAuthDeviceToken: () => ({ body: { device_code: 'unknown' }, status: 400 }),
  // the local token is nobody's, see device-sign-in.medium.test.ts
  getAuthDeviceByCode: () => ({ params: { code: 'BCDF-GHJK' }, status: 409 }),
  postAuthDeviceByCodeApproval: () => ({ params: { code: 'BCDF-GHJK' }, status: 409 }),
  postAuthDeviceByCodeRefusal: () => ({ params: { code: 'BCDF-GHJK' }, status: 409 }),
  postAuthLogin: () => ({ body: { username: 'admin', password } }),
  postAuthRefresh: ({ refresh_token }) => ({ body: { refresh_token } }),
  postAuthLogout: ({ refresh_token }) => ({ body: { refresh_token } }),
  postSites: () => ({ body: { name: 'hq', endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.1' }] } }),
  getSites: () => ({ query: 'sort=-name&limit=5' }),
  getSitesBySite: () => ({ params: { site: 'hq' } }),
  patchSitesBySite: () => ({ params: { site: 'hq' }, body: { location: 'Vienna' } }),
  getSitesBySiteDocument: () => ({ params: { site: 'hq' } }),
  getSitesBySiteDependencies: () => ({ params: { site: 'hq' } }),
  deleteSitesBySite: () => ({ params: { site: 'hq' } }),
  postSitesBySiteRestore: () => ({ params: { site: 'hq' } }),
  getTransportLinks: () => ({}),
  putTransportLinks: () => ({ body: { links: null } }),
  postEndpoints: () => ({ body: { site: 'hq', label: 'lte', device: 'wwan0', nat: true } }),
  getEndpoints: () => ({ query: 'site=hq&label=lte,mpls' }),
  getEndpointsById: ({ postEndpoints: id }) => ({ params: { id: id! } }),
  patchEndpointsById: ({ postEndpoints: id }) => ({ params: { id: id! }, body: { cost: 5 } }),
  postEndpointsByIdDrain: ({ postEndpoints: id }) => ({ params: { id: id! }, body: { reason: 'test' } }),
  deleteEndpointsByIdDrain: ({ postEndpoints: id }) => ({ params: { id: id! } }),
  deleteEndpointsById: ({ postEndpoints: id }) => ({ params: { id: id! } }),
  postEndpointsByIdRestore: ({ postEndpoints: id }) => ({ params: { id: id! } }),
  postPolicies: () => ({ body: { name: 'voice', priority: 9 } }),
  getPolicies: () => ({ query: 'enabled=true' }),
  getPoliciesById: ({ postPolicies: id }) => ({ params: { id: id! } }),
  patchPoliciesById: ({ postPolicies: id }) => ({ params: { id: id! }, body: { priority: 8 } }),
  getStatsPolicies: () => ({}),
  getStatsPoliciesById: ({ postPolicies: id }) => ({ params: { id: id! }, query: 'step=60000' }),
  postStatsPoliciesByIdReset: ({ postPolicies: id }) => ({ params: { id: id! } }),
  deletePoliciesById: ({ postPolicies: id }) => ({ params: { id: id! } }),
  postPoliciesByIdRestore: ({ postPolicies: id }) => ({ params: { id: id! } }),
  postApplications: () => ({ body: { name: 'erp', signatures: [{ domains: ['erp.example.com'] }] } }),
  getApplications: () => ({ query: 'category=email&search=mail' }),
  getApplicationsByApplication: () => ({ params: { application: 'erp' } }),
  patchApplicationsByApplication: () => ({ params: { application: 'erp' }, body: { title: 'Our ERP' } }),
  deleteApplicationsByApplication: () => ({ params: { application: 'erp' } }),
  getPoliciesFindings: () => ({}),
  getPoliciesExplain: () => ({
    query: 'source=10.0.0.9&destination=10.1.0.9&protocol=tcp&destination_port=80&dscp=46&at=1700000000000',
  }),
  postPoliciesPreview: ({ postPolicies: id }) => ({ body: { update: [{ id: Number(id), input: { priority: 7 } }] } }),
  putPoliciesOrder: ({ postPolicies: id }) => ({ body: { order: [{ id: Number(id) }] } }),
  getFlows: () => ({ query: 'protocol=tcp&unknown=true' }),
  postHostSets: () => ({ body: { name: 'printers', members: ['10.7.0.32/28'] } }),
  getHostSets: () => ({ query: 'search=print' }),
  getHostSetsBySet: () => ({ params: { set: 'printers' } }),
  patchHostSetsBySet: () => ({ params: { set: 'printers' }, body: { members: ['10.7.0.9'] } }),
  deleteHostSetsBySet: () => ({ params: { set: 'printers' } }),
  getQosClasses: () => ({}),
  postQosClasses: () => ({ body: { name: 'video', guarantee_percent: 0 } }),
  getQosClassesByName: () => ({ params: { name: 'video' } }),
  patchQosClassesByName: () => ({ params: { name: 'video' }, body: { priority: 1 } }),
  deleteQosClassesByName: () => ({ params: { name: 'video' } }),
  getQosLines: () => ({}),
  getSla: () => ({ query: 'step=day' }),
  getSlaViolations: () => ({ query: 'limit=5' }),
  getExport: () => ({}),
  postApply: () => ({
    body: {
      documents: [{ apiVersion: 'patronus/v1', kind: 'Site', metadata: { name: 'hq' }, spec: { location: 'Graz' } }],
      dry_run: true,
    },
  }),
  getDecisions: () => ({ query: 'sla_met=true' }),
  getPaths: () => ({ query: 'source_site=hq' }),
  getPathsLeftOut: () => ({}),
  getPathsById: ({ path: id }) => ({ params: { id: id! } }),
  getPathsByIdMetrics: ({ path: id }) => ({ params: { id: id! }, query: 'step=60000' }),
  postPathsByIdCheck: ({ path: id }) => ({ params: { id: id! }, status: 502 }),
  postPathsByIdFailover: ({ path: id }) => ({ params: { id: id! }, body: { reason: 'test' } }),
  deletePathsByIdFailover: ({ path: id }) => ({ params: { id: id! } }),
  getStatsPaths: () => ({ query: 'aggregate=true' }),
  getStatsPathsById: ({ path: id }) => ({ params: { id: id! } }),
  getStatsSites: () => ({ query: 'format=csv' }),
  getStatsSitesById: ({ postSites: id }) => ({ params: { id: id! } }),
  getStatsApplications: () => ({}),
  getStatsApplicationsById: () => ({ params: { id: 'zoom' } }),
  getStatsEndpoints: () => ({ query: 'format=prometheus' }),
  getStatsEndpointsById: ({ postEndpoints: id }) => ({ params: { id: id! } }),
  getMetrics: () => ({}),
  getRootMetrics: () => ({}),
  getAuthMethods: () => ({}),
  getNodes: () => ({}),
  getRetention: () => ({}),
  getCaches: () => ({}),
  postCachesClear: () => ({}),
  getEvents: () => ({ query: 'type=object_created&order=oldest' }),
  getEventsById: ({ event: id }) => ({ params: { id: id! } }),
  postEventsAcknowledgements: ({ event: id }) => ({ body: { ids: [id!] } }),
  postEventSinks: () => ({ body: { name: 'on-call', webhook: { url: 'https://hooks.example.com/patronus' } } }),
  getEventSinks: () => ({ query: 'limit=5' }),
  getEventSinksBySink: () => ({ params: { sink: 'on-call' } }),
  patchEventSinksBySink: () => ({ params: { sink: 'on-call' }, body: { enabled: false } }),
  postEventSinksBySinkTest: () => ({ params: { sink: 'on-call' } }),
  postEventSinksBySinkSecret: () => ({ params: { sink: 'on-call' } }),
  getEventSinksBySinkDeadLetters: () => ({ params: { sink: 'on-call' } }),
  postEventSinksBySinkRedeliveries: () => ({ params: { sink: 'on-call' }, body: {} }),
  deleteEventSinksBySink: () => ({ params: { sink: 'on-call' } }),
  getWsEvents: () => ({ status: 101 }),
  getAudit: () => ({ query: 'action=site_created&limit=2' }),
  getAuditVerification: () => ({}),
  postEnrolmentKeys: () => ({ body: { site: 'hq' } }),
  getEnrolmentKeys: () => ({ query: 'revoked=false' }),
  getEnrolmentKeysById: ({ postEnrolmentKeys: id }) => ({ params: { id: id! } }),
  getEdges: () => ({ query: 'online=false' }),
  getEdgesById: ({ edge: id }) => ({ params: { id: id! } }),
  deleteEdgesById: ({ edge: id }) => ({ params: { id: id! } }),
  patchEnrolmentKeysById: ({ postEnrolmentKeys: id }) => ({ params: { id: id! }, body: { max_uses: 2 } }),
  deleteEnrolmentKeysById: ({ postEnrolmentKeys: id }) => ({ params: { id: id! } }),
  postEnrolmentKeysByIdRestore: ({ postEnrolmentKeys: id }) => ({ params: { id: id! } }),
};

describe('what the document promises', () => {
  const known: Known = {};

  it('is driven here, every operation of it', () => {
    const own = [...operations.values()].filter(({ path }) => !accounts.test(path));
    expect(Object.keys(drives).toSorted()).toEqual(own.map(({ operationId }) => operationId).toSorted());
  });

  it.each(Object.keys(drives))('holds for %s', async (operationId) => {
    await prepare(operationId, known);
    const { path, method, responses } = operations.get(operationId)!;
    const { params = {}, query, body, status } = drives[operationId]!(known);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(params[name] ?? ''));
    const address = query === undefined ? filled : `${filled}?${query}`;
    if (status === 101) return expect(await upgrades(address)).toBe(true);
    const answer = await controller.ask(method.toUpperCase(), address, body);
    const told = [answer.status, answer.body];
    expect(told).toEqual([status ?? Number(Object.keys(responses).find((each) => each.startsWith('2'))), answer.body]);
    const response =
      responses[String(answer.status)] ?? responses[`${String(answer.status)[0]}XX`] ?? responses['default'];
    if (answer.status < 500) expect([operationId, response === undefined]).toEqual([operationId, false]);
    const media = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const { schema } = response?.content?.[media] ?? {};
    if (answer.status < 204) expect([operationId, media, schema === undefined]).toEqual([operationId, media, false]);
    if (schema !== undefined) expect([...Compile(schema).Errors(answer.body)]).toEqual([]);
    remember(operationId, answer.body, known);
  });
});

/** What an operation needs that none before it made. */
async function prepare(operationId: string, known: Known): Promise<void> {
  if (operationId === 'getPathsById') {
    const endpoints = [{ label: 'mpls', device: 'eth0', address: '192.0.2.9' }];
    await controller.ask('POST', 'sites', { name: 'branch', endpoints });
    known['path'] = (await controller.get<{ items: { id: string }[] }>('paths')).items[0]!.id;
  }
  if (operationId === 'getEdgesById') {
    const edge = new TestEdge(controller.edgePort);
    await edge.enrol(known['key']!);
    known['edge'] = edge.edgeId;
  }
}

interface Answered {
  readonly id?: string | number;
  readonly items?: readonly { readonly id: string }[];
  readonly refresh_token?: string;
  readonly key?: string;
}

function remember(operationId: string, body: unknown, known: Known): void {
  const { id, items, refresh_token, key } = (body ?? {}) as Answered;
  if (id !== undefined) known[operationId] = String(id);
  if (operationId === 'getEvents') known['event'] = items![0]!.id;
  if (typeof refresh_token === 'string') known['refresh_token'] = refresh_token;
  if (typeof key === 'string') known['key'] = key;
}

const upgrades = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${controller.running.httpUrl.replace('http', 'ws')}${path}`);
    socket.on('open', () => {
      socket.close();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
