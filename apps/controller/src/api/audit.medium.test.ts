import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { AuditAction } from '../audit/index.ts';
import { breakTable, mendTable, post, tamperWithAudit, TestController, TestEdge } from '../testing/index.ts';
import { graphqlSchema } from './graphql/schema.ts';

interface Row {
  readonly sequence: number;
  readonly time: number;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly actor: string;
  readonly address: string | null;
  readonly action: AuditAction;
  readonly target_type: string;
  readonly target_id: string | null;
  readonly target: string | null;
  readonly result: string;
  readonly details: Record<string, unknown>;
}
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const password = 'Correct-Horse-7-Battery';
const wrongPassword = 'Wrong-Horse-8-Battery';
/** Takes whatever a webhook sends. */
const receiver = createServer((_request, response) => response.writeHead(204).end());
let receiverUrl: string;
let controller: TestController;
let admin: Tokens;
/** Everything that must never stand in the log. */
const secrets: string[] = [password, wrongPassword];

const login = async (secret = password): Promise<Tokens> => {
  const { body } = await controller.request<Tokens>('POST', 'auth/login', { username: 'admin', password: secret });
  secrets.push(body.access_token, body.refresh_token);
  return body;
};
const bearer = ({ access_token }: Tokens) => ({ authorization: `Bearer ${access_token}` });
const rest = async (method: string, path: string, body?: unknown): Promise<unknown> => {
  const answer = await controller.request(method, path, body, bearer(admin));
  expect([path, answer.status < 300, answer.body]).toEqual([path, true, answer.body]);
  return answer.body;
};
const graphql = async (query: string, tokens: Tokens | null = admin): Promise<Record<string, { id: string }>> => {
  const headers = tokens === null ? {} : bearer(tokens);
  const answer = await controller.request<{ data: Record<string, { id: string }>; errors?: unknown }>(
    'POST',
    '/graphql',
    { query },
    headers,
  );
  return answer.body.errors === undefined ? answer.body.data : Promise.reject(new Error(JSON.stringify(answer.body)));
};
const rows = async (query = ''): Promise<Row[]> =>
  (await controller.get<{ items: Row[] }>(`audit?order=oldest&limit=1000${query}`)).items;
/** The rows that some work leaves behind. */
const rowsOf = async (work: () => Promise<unknown>): Promise<Row[]> => {
  const before = (await rows()).length;
  await work();
  return (await rows()).slice(before);
};

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const settings = { PATRONUS_ADMIN_PASSWORD: password, PATRONUS_PRIVATE_TARGETS: 'all' };
  controller = await TestController.start(settings);
  admin = await login();
  for (const [name, address] of [
    ['east', '192.0.2.1'],
    ['west', '192.0.2.2'],
  ]) {
    await rest('POST', 'sites', { name, endpoints: [{ label: 'mpls', device: 'eth0', address }] });
  }
  for (const [index, name] of ['last', 'last but one'].entries()) {
    await rest('POST', 'policies', { name, priority: index + 1 });
  }
});
afterAll(async () => {
  await controller.stop();
  receiver.close();
});

const idOf = async (path: string): Promise<string> => ((await rest('GET', path)) as { id: string }).id;
const firstId = async (path: string): Promise<string> =>
  ((await rest('GET', path)) as { items: { id: string }[] }).items[0]!.id;

/** Ids of the policies but the default one, in order of evaluation. */
const policiesNow = async (): Promise<number[]> => {
  const { items } = (await rest('GET', 'policies')) as { items: { id: number; is_default: boolean }[] };
  return items.filter((policy) => !policy.is_default).map(({ id }) => id);
};

const eastToWest = (): Promise<string> => firstId('paths?source_site=east');
const eastEndpoint = (): Promise<string> => firstId('endpoints?site=east');

/** Mutations that leave no row, as they change nothing. */
const readers: readonly string[] = ['checkPathHealth'];

/** Those of one's own password, codes and sessions: see totp, passkeys, oidc and accounts.medium.test.ts. */
const elsewhere: readonly string[] = [
  // see lab.medium.test.ts
  'labBreak',
  'labImpair',
  'labHeal',
  'labRun',
  'changePassword',
  'beginTotp',
  'confirmTotp',
  'removeTotp',
  'renewRecoveryCodes',
  'resetUserTotp',
  'endSession',
  'beginPasskey',
  'addPasskey',
  'deletePasskey',
  'deleteIdentity',
];

/** One per mutation that changes something, in an order in which all of them succeed. */
const mutations: readonly (readonly [
  door: string,
  action: AuditAction,
  target: string | null,
  () => Promise<unknown>,
])[] = [
  ['POST /sites', 'site_created', 'hq', () => rest('POST', 'sites', { name: 'hq' })],
  ['PATCH /sites', 'site_updated', 'hq', () => rest('PATCH', 'sites/hq', { location: 'Vienna' })],
  [
    'POST /endpoints',
    'endpoint_created',
    'hq/lte',
    () => rest('POST', 'endpoints', { site: 'hq', label: 'lte', device: 'wwan0', nat: true }),
  ],
  [
    'PATCH /endpoints',
    'endpoint_updated',
    'hq/lte',
    async () => rest('PATCH', `endpoints/${await firstId('endpoints?site=hq')}`, { cost: 50 }),
  ],
  [
    'DELETE /endpoints',
    'endpoint_deleted',
    'hq/lte',
    async () => rest('DELETE', `endpoints/${await firstId('endpoints?site=hq')}`),
  ],
  [
    'POST /endpoints/restore',
    'endpoint_restored',
    'hq/lte',
    async () => rest('POST', `endpoints/${await firstId('endpoints?site=hq&deleted=true')}/restore`),
  ],
  [
    'DELETE /endpoints?purge',
    'endpoint_purged',
    'hq/lte',
    async () => rest('DELETE', `endpoints/${await firstId('endpoints?site=hq')}?purge=true`),
  ],
  [
    'POST /applications',
    'application_created',
    'erp',
    () => rest('POST', 'applications', { name: 'erp', signatures: [{ domains: ['erp.example.com'] }] }),
  ],
  [
    'PATCH /applications',
    'application_updated',
    'erp',
    () => rest('PATCH', 'applications/erp', { signatures: [{ domains: ['*.erp.example.com'] }] }),
  ],
  ['DELETE /applications', 'application_deleted', 'erp', () => rest('DELETE', 'applications/erp')],
  [
    'createApplication',
    'application_created',
    'till',
    () =>
      graphql(
        'mutation { createApplication(input: { name: "till", signatures: [{ domains: ["till.example.com"] }] }) { id } }',
      ),
  ],
  [
    'updateApplication',
    'application_updated',
    'till',
    () => graphql('mutation { updateApplication(id: "till", input: { title: "Tills" }) { id } }'),
  ],
  [
    'deleteApplication',
    'application_deleted',
    'till',
    () => graphql('mutation { deleteApplication(id: "till") { success } }'),
  ],
  [
    'PUT /policies/order',
    'policies_reordered',
    null,
    async () => {
      const [first, second] = await policiesNow();
      return rest('PUT', 'policies/order', { order: [{ id: second }, { id: first }] });
    },
  ],
  [
    'reorderPolicies',
    'policies_reordered',
    null,
    async () => {
      const [first, second] = await policiesNow();
      return graphql(`mutation { reorderPolicies(order: [{ id: ${second} }, { id: ${first} }]) { id } }`);
    },
  ],
  [
    'POST /host-sets',
    'host_set_created',
    'printers',
    () => rest('POST', 'host-sets', { name: 'printers', members: ['10.7.0.9'] }),
  ],
  [
    'PATCH /host-sets',
    'host_set_updated',
    'printers',
    () => rest('PATCH', 'host-sets/printers', { members: ['10.7.0.0/24'] }),
  ],
  ['DELETE /host-sets', 'host_set_deleted', 'printers', () => rest('DELETE', 'host-sets/printers')],
  [
    'createHostSet',
    'host_set_created',
    'tills',
    () => graphql('mutation { createHostSet(input: { name: "tills", members: [] }) { id } }'),
  ],
  [
    'updateHostSet',
    'host_set_updated',
    'tills',
    () => graphql('mutation { updateHostSet(id: "tills", input: { members: ["10.7.0.0/24"] }) { id } }'),
  ],
  ['deleteHostSet', 'host_set_deleted', 'tills', () => graphql('mutation { deleteHostSet(id: "tills") { success } }')],
  ['POST /policies', 'policy_created', 'voice', () => rest('POST', 'policies', { name: 'voice', priority: 9 })],
  [
    'PATCH /policies',
    'policy_updated',
    'voice',
    async () => rest('PATCH', `policies/${await firstId('policies')}`, { priority: 8 }),
  ],
  [
    'POST /stats/policies/reset',
    'policy_stats_reset',
    'voice',
    async () => rest('POST', `stats/policies/${await firstId('policies')}/reset`),
  ],
  ['DELETE /policies', 'policy_deleted', 'voice', async () => rest('DELETE', `policies/${await firstId('policies')}`)],
  [
    'POST /policies/restore',
    'policy_restored',
    'voice',
    async () => rest('POST', `policies/${await firstId('policies?deleted=true')}/restore`),
  ],
  [
    'DELETE /policies?purge',
    'policy_purged',
    'voice',
    async () => rest('DELETE', `policies/${await firstId('policies')}?purge=true`),
  ],
  [
    'POST /qos-classes',
    'qos_class_created',
    'video',
    () => rest('POST', 'qos-classes', { name: 'video', guarantee_percent: 0 }),
  ],
  [
    'PATCH /qos-classes',
    'qos_class_updated',
    'video',
    () => rest('PATCH', 'qos-classes/video', { ceiling_percent: 50 }),
  ],
  ['DELETE /qos-classes', 'qos_class_deleted', 'video', () => rest('DELETE', 'qos-classes/video')],
  [
    'createQosClass',
    'qos_class_created',
    'cameras',
    () => graphql('mutation { createQosClass(input: { name: "cameras", guarantee_percent: 0 }) { id: name } }'),
  ],
  [
    'updateQosClass',
    'qos_class_updated',
    'cameras',
    () => graphql('mutation { updateQosClass(name: "cameras", input: { priority: 6 }) { id: name } }'),
  ],
  [
    'deleteQosClass',
    'qos_class_deleted',
    'cameras',
    () => graphql('mutation { deleteQosClass(name: "cameras") { success } }'),
  ],
  [
    'PUT /transport-links',
    'transport_links_updated',
    null,
    () => rest('PUT', 'transport-links', { links: [{ a: 'mpls', b: 'mpls' }] }),
  ],
  [
    'POST /paths/failover',
    'path_override_set',
    'mpls → mpls from east to west',
    async () => rest('POST', `paths/${await eastToWest()}/failover`, { reason: 'line is rebuilt' }),
  ],
  [
    'DELETE /paths/failover',
    'path_override_cleared',
    'mpls → mpls from east to west',
    async () => rest('DELETE', `paths/${await eastToWest()}/failover`),
  ],
  [
    'failoverPath',
    'path_override_set',
    'mpls → mpls from east to west',
    async () => graphql(`mutation { failoverPath(path_id: "${await eastToWest()}", reason: "rebuilt") { success } }`),
  ],
  [
    'releasePath',
    'path_override_cleared',
    'mpls → mpls from east to west',
    async () => graphql(`mutation { releasePath(path_id: "${await eastToWest()}") { success } }`),
  ],
  [
    'POST /endpoints/drain',
    'endpoint_drained',
    'east/mpls',
    async () => rest('POST', `endpoints/${await eastEndpoint()}/drain`, { reason: 'line is rebuilt' }),
  ],
  [
    'DELETE /endpoints/drain',
    'endpoint_undrained',
    'east/mpls',
    async () => rest('DELETE', `endpoints/${await eastEndpoint()}/drain`),
  ],
  [
    'drainEndpoint',
    'endpoint_drained',
    'east/mpls',
    async () =>
      graphql(`mutation { drainEndpoint(endpoint_id: "${await eastEndpoint()}", reason: "rebuilt") { success } }`),
  ],
  [
    'undrainEndpoint',
    'endpoint_undrained',
    'east/mpls',
    async () => graphql(`mutation { undrainEndpoint(endpoint_id: "${await eastEndpoint()}") { success } }`),
  ],
  ['POST /enrolment-keys', 'enrolment_key_created', 'hq', () => newKey('hq')],
  [
    'DELETE /enrolment-keys',
    'enrolment_key_revoked',
    'hq',
    async () => rest('DELETE', `enrolment-keys/${await firstId('enrolment-keys')}`),
  ],
  [
    'POST /enrolment-keys/restore',
    'enrolment_key_restored',
    'hq',
    async () => rest('POST', `enrolment-keys/${await firstId('enrolment-keys')}/restore`),
  ],
  [
    'PATCH /enrolment-keys',
    'enrolment_key_updated',
    'hq',
    async () => rest('PATCH', `enrolment-keys/${await firstId('enrolment-keys')}`, { max_uses: 3 }),
  ],
  ['DELETE /sites', 'site_deleted', 'hq', () => rest('DELETE', 'sites/hq')],
  ['POST /sites/restore', 'site_restored', 'hq', () => rest('POST', 'sites/hq/restore')],
  ['DELETE /sites?purge', 'site_purged', 'hq', () => rest('DELETE', 'sites/hq?purge=true')],
  ['createSite', 'site_created', 'branch', () => graphql('mutation { createSite(input: { name: "branch" }) { id } }')],
  [
    'updateSite',
    'site_updated',
    'branch',
    () => graphql('mutation { updateSite(site_id: "branch", input: { location: "Graz" }) { id } }'),
  ],
  [
    'createEndpoint',
    'endpoint_created',
    'branch/lte',
    () =>
      graphql(
        'mutation { createEndpoint(site: "branch", input: { label: "lte", device: "wwan0", nat: true }) { id } }',
      ),
  ],
  [
    'updateEndpoint',
    'endpoint_updated',
    'branch/lte',
    async () =>
      graphql(
        `mutation { updateEndpoint(endpoint_id: "${await firstId('endpoints?site=branch')}", input: { cost: 5 }) { id } }`,
      ),
  ],
  [
    'deleteEndpoint',
    'endpoint_deleted',
    'branch/lte',
    async () =>
      graphql(`mutation { deleteEndpoint(endpoint_id: "${await firstId('endpoints?site=branch')}") { success } }`),
  ],
  [
    'restoreEndpoint',
    'endpoint_restored',
    'branch/lte',
    async () => {
      const id = await firstId('endpoints?site=branch&deleted=true');
      await graphql(`mutation { restoreEndpoint(endpoint_id: "${id}") { id } }`);
    },
  ],
  [
    'setTransportLinks',
    'transport_links_updated',
    null,
    () => graphql('mutation { setTransportLinks(links: [{ a: "lte", b: "lte" }]) { a } }'),
  ],
  [
    'createPolicy',
    'policy_created',
    'bulk',
    () => graphql('mutation { createPolicy(input: { name: "bulk", priority: 7 }) { id } }'),
  ],
  [
    'updatePolicy',
    'policy_updated',
    'bulk',
    async () => graphql(`mutation { updatePolicy(id: "${await firstId('policies')}", input: { priority: 6 }) { id } }`),
  ],
  [
    'resetPolicyStats',
    'policy_stats_reset',
    'bulk',
    async () => graphql(`mutation { resetPolicyStats(id: "${await firstId('policies')}") { success message } }`),
  ],
  [
    'deletePolicy',
    'policy_deleted',
    'bulk',
    async () => graphql(`mutation { deletePolicy(id: "${await firstId('policies')}") { success } }`),
  ],
  [
    'restorePolicy',
    'policy_restored',
    'bulk',
    async () => graphql(`mutation { restorePolicy(id: "${await firstId('policies?deleted=true')}") { id } }`),
  ],
  [
    'createEnrolmentKey',
    'enrolment_key_created',
    'branch',
    async () => {
      const made = await graphql('mutation { createEnrolmentKey(input: { site: "branch" }) { id key } }');
      keepSecret((made['createEnrolmentKey'] as unknown as { key: string }).key);
    },
  ],
  [
    'deleteEnrolmentKey',
    'enrolment_key_revoked',
    'branch',
    async () => graphql(`mutation { deleteEnrolmentKey(id: "${await firstId('enrolment-keys')}") { success } }`),
  ],
  [
    'restoreEnrolmentKey',
    'enrolment_key_restored',
    'branch',
    async () => graphql(`mutation { restoreEnrolmentKey(id: "${await firstId('enrolment-keys')}") { id } }`),
  ],
  [
    'updateEnrolmentKey',
    'enrolment_key_updated',
    'branch',
    async () =>
      graphql(
        `mutation { updateEnrolmentKey(id: "${await firstId('enrolment-keys')}", input: { max_uses: 3 }) { id } }`,
      ),
  ],
  [
    'POST /events/acknowledgements',
    'events_acknowledged',
    'object_created',
    async () => rest('POST', 'events/acknowledgements', { ids: [await firstId('events?type=object_created')] }),
  ],
  [
    'acknowledgeEvents',
    'events_acknowledged',
    'object_updated',
    async () =>
      graphql(`mutation { acknowledgeEvents(ids: ["${await firstId('events?type=object_updated')}"]) { id } }`),
  ],
  ['POST /apply', 'site_created', 'graz', () => rest('POST', 'apply', { documents: [manifest('graz')] })],
  [
    'apply',
    'site_created',
    'linz',
    () =>
      graphql(`
        mutation {
          apply(documents: [{ apiVersion: "patronus/v1", kind: "Site", metadata: { name: "linz" }, spec: {} }]) {
            dry_run
          }
        }
      `),
  ],
  [
    'POST /event-sinks',
    'event_sink_created',
    'pager',
    async () => {
      const webhook = { url: `${receiverUrl}/secret-path` };
      keepSecret(((await rest('POST', 'event-sinks', { name: 'pager', webhook })) as { secret: string }).secret);
      secrets.push('secret-path');
    },
  ],
  ['PATCH /event-sinks', 'event_sink_updated', 'pager', () => rest('PATCH', 'event-sinks/pager', { enabled: false })],
  [
    'POST /event-sinks/secret',
    'event_sink_secret_renewed',
    'pager',
    async () => keepSecret(((await rest('POST', 'event-sinks/pager/secret')) as { secret: string }).secret),
  ],
  ['POST /event-sinks/test', 'event_sink_tested', 'pager', () => rest('POST', 'event-sinks/pager/test')],
  [
    'testEventSink',
    'event_sink_tested',
    'pager',
    () => graphql('mutation { testEventSink(sink: "pager") { delivered } }'),
  ],
  [
    'renewEventSinkSecret',
    'event_sink_secret_renewed',
    'pager',
    async () => {
      const made = await graphql('mutation { renewEventSinkSecret(sink: "pager") { id secret } }');
      keepSecret((made['renewEventSinkSecret'] as unknown as { secret: string }).secret);
    },
  ],
  ['DELETE /event-sinks', 'event_sink_deleted', 'pager', () => rest('DELETE', 'event-sinks/pager')],
  [
    'createEventSink',
    'event_sink_created',
    'mail',
    () =>
      graphql(`mutation { createEventSink(input: { name: "mail", enabled: false, email: { ${mailTarget} } }) { id } }`),
  ],
  [
    'updateEventSink',
    'event_sink_updated',
    'mail',
    () =>
      graphql(
        `mutation { updateEventSink(sink: "mail", input: { email: { ${mailTarget} }, filter: { severities: ["error"] } }) { id } }`,
      ),
  ],
  [
    'redeliverEvents',
    'event_sink_redelivered',
    'mail',
    async () => {
      await controller.sql(`INSERT INTO event_deliveries (sink_id, event_id, event, queued_at, next_attempt_at, dead_at)
        SELECT sink_id, 'e', '{}', 0, 0, 1 FROM event_sinks WHERE name = 'mail'`);
      await graphql('mutation { redeliverEvents(sink: "mail") { message } }');
    },
  ],
  [
    'deleteEventSink',
    'event_sink_deleted',
    'mail',
    () => graphql('mutation { deleteEventSink(sink: "mail") { success } }'),
  ],
  ['POST /caches/clear', 'cache_cleared', 'site documents', () => rest('POST', 'caches/clear')],
  ['clearCache', 'cache_cleared', 'site documents', () => graphql('mutation { clearCache { success } }')],
  [
    'deleteSite',
    'site_deleted',
    'branch',
    () => graphql('mutation { deleteSite(site_id: "branch") { success message } }'),
  ],
  ['restoreSite', 'site_restored', 'branch', () => graphql('mutation { restoreSite(site_id: "branch") { id } }')],
];

const manifest = (name: string) => ({ apiVersion: 'patronus/v1', kind: 'Site', metadata: { name }, spec: {} });
const mailPassword = 'Mail-Password-4711';
const mailTarget = `url: "smtps://192.0.2.1", from: "a@example.net", to: ["b@example.net"], username: "a", password: "${mailPassword}"`;
secrets.push(mailPassword);
const newUser = { username: 'alice', role: 'viewer', password: 'Correct-Horse-9-Battery' };
const newApiKey = { name: 'deploy', scopes: ['network:read'] };

/** The same for users and what is theirs. */
const accountMutations: typeof mutations = [
  ['POST /users', 'user_created', 'alice', () => rest('POST', 'users', newUser)],
  ['PATCH /users', 'user_updated', 'alice', () => rest('PATCH', 'users/alice', { role: 'operator' })],
  [
    'PUT /users/password',
    'password_set',
    'alice',
    () => rest('PUT', 'users/alice/password', { password: newUser.password }),
  ],
  [
    'POST /users/password-link',
    'password_link_created',
    'alice',
    () => newLink(rest('POST', 'users/alice/password-link')),
  ],
  ['DELETE /users/sessions', 'sessions_ended', 'alice', () => rest('DELETE', 'users/alice/sessions')],
  ['DELETE /users', 'user_deleted', 'alice', () => rest('DELETE', 'users/alice')],
  ['POST /users/restore', 'user_restored', 'alice', () => rest('POST', 'users/alice/restore')],
  ['DELETE /users?purge', 'user_purged', 'alice', () => rest('DELETE', 'users/alice?purge=true')],
  [
    'createUser',
    'user_created',
    'bob',
    () => graphql('mutation { createUser(input: { username: "bob", role: "viewer" }) { id } }'),
  ],
  [
    'updateUser',
    'user_updated',
    'bob',
    () => graphql('mutation { updateUser(user_id: "bob", input: { name: "Bob" }) { id } }'),
  ],
  [
    'setUserPassword',
    'password_set',
    'bob',
    () => graphql(`mutation { setUserPassword(user_id: "bob", password: "${newUser.password}") { message } }`),
  ],
  [
    'createPasswordLink',
    'password_link_created',
    'bob',
    async () => {
      const made = await graphql('mutation { createPasswordLink(user_id: "bob") { path } }');
      await newLink(Promise.resolve(made['createPasswordLink']));
    },
  ],
  [
    'endUserSessions',
    'sessions_ended',
    'bob',
    () => graphql('mutation { endUserSessions(user_id: "bob") { message } }'),
  ],
  ['deleteUser', 'user_deleted', 'bob', () => graphql('mutation { deleteUser(user_id: "bob") { message } }')],
  ['restoreUser', 'user_restored', 'bob', () => graphql('mutation { restoreUser(user_id: "bob") { id } }')],
  [
    'POST /users/erasure',
    'user_erased',
    expect.stringMatching(/^erased-/) as string,
    () => rest('POST', 'users/bob/erasure'),
  ],
  [
    'eraseUser',
    'user_erased',
    expect.stringMatching(/^erased-/) as string,
    () => graphql('mutation { eraseUser(user_id: "alice") { message } }'),
  ],
  ['POST /api-keys', 'api_key_created', 'deploy', async () => newSecret(await rest('POST', 'api-keys', newApiKey))],
  [
    'PATCH /api-keys',
    'api_key_updated',
    'deploy',
    async () => rest('PATCH', `api-keys/${await firstId('api-keys')}`, { scopes: ['audit:read'] }),
  ],
  [
    'DELETE /api-keys',
    'api_key_deleted',
    'deploy',
    async () => rest('DELETE', `api-keys/${await firstId('api-keys')}`),
  ],
  [
    'POST /api-keys/restore',
    'api_key_restored',
    'deploy',
    async () => rest('POST', `api-keys/${await firstId('api-keys?deleted=true')}/restore`),
  ],
  [
    'DELETE /api-keys?purge',
    'api_key_purged',
    'deploy',
    async () => rest('DELETE', `api-keys/${await firstId('api-keys')}?purge=true`),
  ],
  [
    'createApiKey',
    'api_key_created',
    'ci',
    async () => {
      const made = await graphql('mutation { createApiKey(input: { name: "ci", scopes: ["network:read"] }) { key } }');
      newSecret(made['createApiKey']);
    },
  ],
  [
    'updateApiKey',
    'api_key_updated',
    'ci',
    async () =>
      graphql(
        `mutation { updateApiKey(key_id: "${await firstId('api-keys')}", input: { scopes: ["audit:read"] }) { id } }`,
      ),
  ],
  [
    'deleteApiKey',
    'api_key_deleted',
    'ci',
    async () => graphql(`mutation { deleteApiKey(key_id: "${await firstId('api-keys')}") { message } }`),
  ],
  [
    'restoreApiKey',
    'api_key_restored',
    'ci',
    async () => graphql(`mutation { restoreApiKey(key_id: "${await firstId('api-keys?deleted=true')}") { id } }`),
  ],
  ['POST /signing-keys', 'signing_key_created', null, () => rest('POST', 'signing-keys', {})],
  ['rotateSigningKey', 'signing_key_created', null, () => graphql('mutation { rotateSigningKey { id } }')],
  ['POST /secret-keys', 'secret_key_rotated', null, () => rest('POST', 'secret-keys')],
  ['rotateSecretKey', 'secret_key_rotated', null, () => graphql('mutation { rotateSecretKey { success } }')],
];

const newSecret = (answer: unknown): void => {
  secrets.push((answer as { key: string }).key);
};
async function newLink(answer: Promise<unknown>): Promise<void> {
  secrets.push(((await answer) as { path: string }).path.split('#')[1]!);
}

/** A join key is `pt1.FINGERPRINT.SECRET`. */
const keepSecret = (key: string): void => {
  secrets.push(key, key.split('.').at(-1)!);
};
async function newKey(site: string): Promise<string> {
  const { key } = (await rest('POST', 'enrolment-keys', { site })) as { key: string };
  keepSecret(key);
  return key;
}

describe('a mutation', () => {
  it.each([...mutations, ...accountMutations])('by %s leaves one row: %s', async (_door, action, target, work) => {
    const userId = (await rows('&action=sign_in'))[0]!.actor_id;
    expect(await rowsOf(work)).toEqual([
      expect.objectContaining({
        action,
        target,
        target_type: expect.stringMatching(/^[a-z_]+$/) as string,
        result: 'success',
        actor: 'admin',
        actor_type: 'user',
        actor_id: userId,
        address: '127.0.0.1',
      }),
    ]);
  });

  it('is tested above, whichever GraphQL has', () => {
    const doors = [...mutations, ...accountMutations].map(([door]) => door);
    doors.push(...readers, ...elsewhere);
    expect(doors).toEqual(expect.arrayContaining(Object.keys(graphqlSchema.getMutationType()!.getFields())));
  });

  it('with the local token is told as its', async () => {
    const [row] = await rowsOf(() => controller.ask('POST', 'sites', { name: 'local' }));
    expect(row).toMatchObject({ actor_type: 'local_token', actor: 'local', actor_id: null, address: '127.0.0.1' });
    expect(row?.target_id).toBe(await idOf('sites/local'));
  });

  it('over a WebSocket is told as that of whoever opened it', async () => {
    const client = createClient({
      url: `${controller.running.httpUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: bearer(admin),
    });
    const [row] = await rowsOf(() => client.iterate({ query: 'mutation { clearCache { success } }' }).next());
    await client.dispose();
    expect(row).toMatchObject({ action: 'cache_cleared', actor: 'admin', address: '127.0.0.1' });
  });

  it('tells what an update changed, from which value to which', async () => {
    const [row] = await rowsOf(() => rest('PATCH', 'sites/local', { location: 'Linz' }));
    expect(row?.details).toEqual({ location: { from: '', to: 'Linz' } });
  });

  it('is refused where its row cannot be written', async () => {
    await controller.withDatabase((db) => breakTable(db, 'sdwan_audit_log', 'INSERT', 'no audit'));
    try {
      expect((await controller.ask('DELETE', 'sites/local')).status).toBe(500);
      await expect(graphql('mutation { deleteSite(site_id: "local") { success } }')).rejects.toThrow(/internal/);
      const entry = await controller.request('POST', 'auth/login', { username: 'admin', password });
      expect(entry.status).toBe(500);
    } finally {
      await controller.withDatabase((db) => mendTable(db, 'sdwan_audit_log'));
    }
    expect((await controller.ask('GET', 'sites/local')).status).toBe(200);
  });
});

describe('what is refused', () => {
  it('to a viewer leaves a row at both doors, and changes nothing', async () => {
    const viewer = await login();
    await controller.sql(`UPDATE users SET role = 'viewer'`);
    try {
      const refused = await rowsOf(async () => {
        expect((await controller.request('DELETE', 'sites/local', undefined, bearer(viewer))).status).toBe(403);
        await expect(graphql('mutation { clearCache { success } }', viewer)).rejects.toThrow(/forbidden/);
        expect((await controller.request('GET', 'audit', undefined, bearer(viewer))).status).toBe(403);
        await expect(graphql('{ auditLog { action } }', viewer)).rejects.toThrow(/forbidden/);
      });
      expect(
        refused.map(({ action, actor, address, target, result }) => [action, actor, address, target, result]),
      ).toEqual(
        ['DELETE /api/v1/sites/:site', 'Mutation.clearCache', 'GET /api/v1/audit', 'Query.auditLog'].map(
          (operation) => ['access_refused', 'admin', '127.0.0.1', operation, 'refused'],
        ),
      );
    } finally {
      await controller.sql(`UPDATE users SET role = 'admin'`);
    }
  });

  it('to a stranger leaves none, as strangers could fill the log', async () => {
    const left = await rowsOf(async () => {
      expect((await controller.request('DELETE', 'sites/local')).status).toBe(401);
      expect((await controller.request('GET', 'audit')).status).toBe(401);
      expect((await controller.request('GET', 'audit/verification')).status).toBe(401);
      await expect(graphql('mutation { clearCache { success } }', null)).rejects.toThrow(/unauthenticated/);
      await expect(graphql('{ auditLog { action } }', null)).rejects.toThrow(/unauthenticated/);
    });
    expect(left).toEqual([]);
  });
});

describe('a sign-in', () => {
  const told = (found: readonly Row[]) =>
    found.map(({ action, actor, target, result, address }) => [action, actor, target, result, address]);

  it('is told, as are its end, a wrong password and a token used twice', async () => {
    const found = await rowsOf(async () => {
      await login(wrongPassword);
      await controller.request('POST', 'auth/login', { username: wrongPassword, password });
      const first = await login();
      await controller.request('POST', 'auth/logout', { refresh_token: first.refresh_token });
      await controller.request('POST', 'auth/logout', { refresh_token: first.refresh_token });
      const second = await login();
      const renew = () => controller.request<Tokens>('POST', 'auth/refresh', { refresh_token: second.refresh_token });
      secrets.push((await renew()).body.refresh_token);
      expect((await renew()).status).toBe(401);
    });
    const here = '127.0.0.1';
    expect(told(found)).toEqual([
      ['sign_in_failed', 'anonymous', 'admin', 'failed', here],
      ['sign_in_failed', 'anonymous', null, 'failed', here],
      ['sign_in', 'admin', 'admin', 'success', here],
      ['sign_out', 'admin', 'admin', 'success', here],
      ['sign_in', 'admin', 'admin', 'success', here],
      ['refresh_token_reused', 'anonymous', 'admin', 'refused', here],
    ]);
  });

  it('to an account that guessing has locked is told too', async () => {
    const own = await TestController.start({ PATRONUS_ADMIN_PASSWORD: password });
    try {
      await own.sql('UPDATE users SET failed_logins = 9');
      for (const status of [401, 429]) {
        const answer = await own.request('POST', 'auth/login', { username: 'admin', password: wrongPassword });
        expect(answer.status).toBe(status);
      }
      const { items } = await own.get<{ items: Row[] }>('audit?order=oldest&limit=1000');
      expect(told(items)).toEqual([
        ['signing_key_created', 'system', null, 'success', null],
        ['policy_created', 'system', 'default', 'success', null],
        ['password_set', 'system', 'admin', 'success', null],
        ['sign_in_failed', 'anonymous', 'admin', 'failed', '127.0.0.1'],
        ['account_locked', 'system', 'admin', 'success', null],
        ['sign_in_failed', 'anonymous', 'admin', 'refused', '127.0.0.1'],
      ]);
    } finally {
      await own.stop();
    }
  });

  it('by the one-time link is told with the password that it set', async () => {
    const own = await TestController.start();
    try {
      const token = own.running.setupUrl!.split('#')[1];
      await own.request('POST', 'auth/setup', { token, password });
      const { items } = await own.get<{ items: Row[] }>('audit?order=oldest&action=password_set,sign_in');
      expect(told(items)).toEqual([
        ['password_set', 'anonymous', 'admin', 'success', '127.0.0.1'],
        ['sign_in', 'admin', 'admin', 'success', '127.0.0.1'],
      ]);
    } finally {
      await own.stop();
    }
  });
});

describe('an edge', () => {
  it('that joins, is refused or is revoked is told, with the address that it came from', async () => {
    const key = await newKey('local');
    const edge = new TestEdge(controller.edgePort);
    const found = await rowsOf(async () => {
      expect((await edge.enrol(key)).status).toBe(201);
      expect((await new TestEdge(controller.edgePort).enrol(key)).status).toBe(403);
      expect((await post(controller.edgePort, '{}')).status).toBe(422);
      await rest('DELETE', `edges/${edge.edgeId}`);
    });
    expect(
      found.map(({ action, actor_type, target_id, result, address }) => [
        action,
        actor_type,
        target_id,
        result,
        address,
      ]),
    ).toEqual([
      ['edge_enrolled', 'edge', edge.edgeId, 'success', '127.0.0.1'],
      ['edge_enrolment_refused', 'anonymous', null, 'refused', '127.0.0.1'],
      ['edge_revoked', 'user', edge.edgeId, 'success', '127.0.0.1'],
    ]);
  });

  it('that comes with a key of nobody leaves none', async () => {
    const stranger = new TestEdge(controller.edgePort);
    expect(await rowsOf(() => stranger.enrol('no key of ours'))).toEqual([]);
  });
});

describe('who reads the log', () => {
  it('finds rows by action, result, actor, target and time', async () => {
    const all = await rows();
    const same = async (query: string, fits: (row: Row) => boolean): Promise<void> => {
      const found = await rows(query);
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual(all.filter(fits));
    };
    await same('&action=sign_in,sign_out', ({ action }) => action === 'sign_in' || action === 'sign_out');
    await same('&result=refused', ({ result }) => result === 'refused');
    await same('&actor=local', ({ actor }) => actor === 'local');
    const { target_id: siteId, time } = all.find(({ target }) => target === 'local')!;
    await same(`&target=${siteId}`, ({ target_id }) => target_id === siteId);
    await same('&target=local', ({ target }) => target === 'local');
    await same(`&since=${time}`, (row) => row.time >= time);
    await same(`&until=${time}`, (row) => row.time <= time);
    expect((await controller.ask('GET', 'audit?result=maybe')).status).toBe(422);
  });

  it('gets the same through GraphQL, page after page', async () => {
    const fresh = await login();
    const all = (await rows()).toReversed();
    const seen: string[] = [];
    let cursor = '';
    do {
      const after = cursor === '' ? '' : `, cursor: "${cursor}"`;
      const data = (await graphql(
        `{ auditLog(limit: 20${after}) { sequence time actor address action target result details hash cursor } }`,
        fresh,
      )) as unknown as { auditLog: (Row & { cursor: string })[] };
      seen.push(...data.auditLog.map(({ sequence, action }) => `${sequence} ${action}`));
      cursor = data.auditLog.at(-1)?.cursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(all.map(({ sequence, action }) => `${sequence} ${action}`));
  });

  it('finds no secret in it', async () => {
    const text = JSON.stringify(await rows());
    expect(secrets.length).toBeGreaterThan(10);
    expect(secrets.filter((secret) => secret !== undefined && text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(/ptr_|ptl_|pt1\.|argon2|PRIVATE KEY/);
  });

  it('can prove that it is whole, with the authority of this controller, over a restart', async () => {
    const before = await controller.get<{ valid: boolean; last: { sequence: number; hash: string } }>(
      'audit/verification',
    );
    expect(before.valid).toBe(true);
    await controller.restart();
    const { sequence, hash } = before.last;
    const path = `audit/verification?known_sequence=${sequence}&known_hash=${hash}`;
    expect(await controller.get(path)).toMatchObject({ valid: true, fault: null });
    const signed = await controller.sql(`SELECT 1 FROM sdwan_audit_anchors WHERE sequence = ${sequence}`);
    expect(signed).toHaveLength(1);
  });

  it('hears which row was edited', async () => {
    await controller.withDatabase((db) =>
      tamperWithAudit(db, `UPDATE sdwan_audit_log SET actor = 'nobody' WHERE sequence = 5`),
    );
    expect(await controller.get('audit/verification')).toMatchObject({
      valid: false,
      rows: 4,
      fault: { sequence: 5, code: 'row_changed', message: 'row 5 was changed: it does not have its own hash' },
    });
  });
});
