import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { accountMutations } from '../testing/audited-account-mutations.ts';
import { AuditedController, bearer, type AuditedMutation } from '../testing/audited-controller.ts';
import { breakTable, mendTable, type TestController } from '../testing/index.ts';
import { graphqlSchema } from './graphql/schema.ts';

/** Takes whatever a webhook sends. */
const receiver = createServer((_request, response) => response.writeHead(204).end());
let receiverUrl: string;
const audited = new AuditedController();
const { firstId, graphql, idOf, keepSecret, leaked, newKey, password, rest, rows, rowsOf, secrets } = audited;
let controller: TestController;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  await audited.start();
  controller = audited.controller;
  for (const [index, name] of ['last', 'last but one'].entries()) {
    await rest('POST', 'policies', { name, priority: index + 1 });
  }
});
afterAll(async () => {
  await audited.stop();
  receiver.close();
});

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
const mutations: readonly AuditedMutation[] = [
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

const everyMutation: readonly AuditedMutation[] = [...mutations, ...accountMutations(audited)];

describe('a mutation', () => {
  it.each(everyMutation)('by %s leaves one row: %s', async (_door, action, target, work) => {
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
    const doors = everyMutation.map(([door]) => door);
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
      connectionParams: bearer(audited.admin),
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

  it('never leaves a secret in the log', async () => {
    expect(secrets.length).toBeGreaterThan(10);
    expect(await leaked()).toEqual([]);
  });
});
