import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointId } from '@patronus/core';
import type { LineReport, TelemetryBatch } from '@patronus/protocol';
import { testNetwork, tester, type TestNetwork } from '../testing/test-network.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
  await network.documents.start();
});
afterEach(() => network.close());

const refused = (promise: Promise<unknown>, text: string) =>
  expect(promise).rejects.toThrow(
    expect.objectContaining({ message: expect.stringContaining(text) as string }) as Error,
  );

describe('classes of service', () => {
  it('are four at first, of which one takes what is left', async () => {
    const classes = await network.qos.list();
    expect(classes.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['realtime', false],
      ['business', false],
      ['default', true],
      ['bulk', false],
    ]);
    expect(classes.reduce((sum, each) => sum + each.guaranteePercent, 0)).toBe(100);
  });

  it('never guarantee more than a line has, nor share a code point', async () => {
    const { qos } = network;
    await refused(qos.create(tester, { name: 'video', guarantee_percent: 5 }), 'add up to 105');
    await qos.update(tester, 'default', { guarantee_percent: 20 });
    await refused(qos.create(tester, { name: 'video', guarantee_percent: 5, trust_dscp: [46] }), 'leads to "realtime"');
    const video = await qos.create(tester, { name: 'video', guarantee_percent: 10, trust_dscp: [50] });
    expect(video).toMatchObject({ number: 5, ceilingPercent: 100, priority: 4, setDscp: null });
    expect(await qos.list()).toHaveLength(5);
  });

  it('name each wrong field and how to mend it', async () => {
    const wrong = { name: 'Not A Name', guarantee_percent: 50, ceiling_percent: 40, priority: 9, trust_dscp: [99] };
    await expect(network.qos.create(tester, wrong)).rejects.toMatchObject({
      code: 'invalid_input',
      problems: [
        { field: 'name' },
        { field: 'ceiling_percent' },
        { field: 'priority' },
        { field: 'trust_dscp[0]', remedy: expect.stringContaining('0 to 63') as string },
      ],
    });
  });

  it('stay while a policy names them, and the default always', async () => {
    const { qos, policies, policyDeletion } = network;
    const action = { type: 'steer' as const, qos_class: 'bulk' };
    const { id } = await policies.create(tester, { name: 'backup', priority: 5, action });
    await refused(qos.delete(tester, 'bulk'), '"backup"');
    await refused(qos.delete(tester, 'default'), 'must stay');
    await policyDeletion.delete(tester, id);
    await qos.delete(tester, 'bulk');
    await refused(policies.create(tester, { name: 'other', priority: 6, action }), 'there is no class "bulk"');
  });

  it('reach the edges of sites that shape an uplink, and no others', async () => {
    const { sites, endpoints, documents } = network;
    const endpoint = { label: 'mpls', device: 'eth0', address: '192.0.2.1', up_bps: 20_000_000 };
    const hq = await sites.create(tester, { name: 'hq', endpoints: [endpoint] });
    await expect.poll(() => documents.current(hq.id)?.endpoints.length).toBe(1);
    expect(documents.current(hq.id)).not.toHaveProperty('qosClasses');
    await endpoints.update(tester, hq.endpoints[0]!.id, { shaping: 'auto' });
    await expect.poll(() => documents.current(hq.id)?.qosClasses?.length).toBe(4);
    expect(documents.current(hq.id)!.endpoints[0]!.shaping).toEqual({ rateBps: 20_000_000, auto: true });
  });

  it('are told to the provider by outer packets of an uplink that copies code points', async () => {
    const { sites, endpoints, documents } = network;
    const endpoint = { label: 'mpls', device: 'eth0', address: '192.0.2.1' };
    const hq = await sites.create(tester, { name: 'hq', endpoints: [endpoint] });
    expect(hq.endpoints[0]!.outerDscp).toBe('none');
    await endpoints.update(tester, hq.endpoints[0]!.id, { outer_dscp: 'copy' });
    await expect.poll(() => documents.current(hq.id)?.endpoints[0]?.copiesDscp).toBe(true);
    expect((await endpoints.get(hq.endpoints[0]!.id)).outerDscp).toBe('copy');
  });

  it('ask for the bandwidth that an uplink is shaped or policed to', async () => {
    const endpoint = { label: 'mpls', device: 'eth0', address: '192.0.2.1', shaping: 'fixed' as const, policing: true };
    await expect(network.sites.create(tester, { name: 'hq', endpoints: [endpoint] })).rejects.toMatchObject({
      problems: [{ field: 'endpoints[0].shaping' }, { field: 'endpoints[0].policing' }],
    });
  });
});

describe('queues of an uplink', () => {
  const queue = { number: 1, packets: 10, bytes: 1_000, drops: 1, backlogBytes: 300, delayMs: 2.5 };
  let report: LineReport;
  const line = { rateBps: 20_000_000, queue: 'cake', problem: null, epoch: 'one' };
  const tell = async (sequence: number, lines: readonly LineReport[]): Promise<void> => {
    const nothing = { paths: [], policies: [], decisions: [], events: [] };
    const at = network.clock.ms;
    const batch: TelemetryBatch = { from: at - 1_000, to: at, ...nothing, qos: lines };
    const edge = await network.store.db.selectFrom('edges').selectAll().executeTakeFirstOrThrow();
    await network.telemetry.store({ ...edge, site: 'hq' }, sequence, batch);
  };

  beforeEach(async () => {
    const endpoint = {
      label: 'mpls',
      device: 'eth0',
      address: '192.0.2.1',
      up_bps: 20_000_000,
      shaping: 'fixed' as const,
    };
    const hq = await network.sites.create(tester, { name: 'hq', endpoints: [endpoint] });
    const row = { edge_id: 'e', site_id: hq.id, identity_key: 'k', hostname: 'h', enrolled_at: 0 };
    await network.store.db.insertInto('edges').values(row).execute();
    report = { endpointId: hq.endpoints[0]!.id as EndpointId, ...line, classes: [queue] };
  });

  it('are listed before their edge has told of them', async () => {
    expect(await network.qosLines.list()).toMatchObject([
      { site: 'hq', label: 'mpls', shaping: 'fixed', upBps: 20_000_000, rateBps: null, reportedAt: null, classes: [] },
    ]);
  });

  it('add up over restarts of the shaper, and count nothing twice', async () => {
    await tell(1, [report]);
    await tell(1, [report]);
    await tell(2, [{ ...report, classes: [{ ...queue, packets: 25, bytes: 2_500, backlogBytes: 0 }] }]);
    await tell(3, [{ ...report, epoch: 'two', classes: [{ ...queue, packets: 5, bytes: 500, drops: 0 }] }]);
    const [shown] = await network.qosLines.list();
    expect(shown).toMatchObject({ rateBps: 20_000_000, queue: 'cake', problem: null, reportedAt: network.clock.ms });
    expect(shown!.classes).toEqual([
      { class: 'realtime', packets: 30n, bytes: 3_000n, drops: 1n, backlogBytes: 300, delayMs: 2.5 },
    ]);
  });

  it('of other sites are passed over, and so are classes that are gone', async () => {
    const stranger = '00000000-0000-4000-8000-000000000009' as EndpointId;
    await tell(1, [
      { ...report, endpointId: stranger },
      { ...report, classes: [{ ...queue, number: 31 }] },
    ]);
    expect((await network.qosLines.list())[0]!.classes).toEqual([]);
  });
});
