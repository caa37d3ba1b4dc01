import { unmeasured, type PathHealth, type PathId } from '@patronus/core';
import type { TelemetryBatch } from '@patronus/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testNetwork, tester, type TestNetwork } from '../testing/index.ts';
import { SlaReport, spansOf } from './sla-report.ts';
import { SlaService } from './sla-service.ts';

const hourMs = 3_600_000;
let network: TestNetwork;
let sla: SlaService;
let report: SlaReport;
let pathId: PathId;
let sequence: number;
let policyId: number;

/** One report a second of the path from hq to branch, from now on; the clock goes along. */
async function live(seconds: number, delayMs: number | null, health: PathHealth = 'up'): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    network.clock.ms += 1_000;
    const at = network.clock.ms;
    const quality = { ...unmeasured, forward: { ...unmeasured.forward, delayMs } };
    const paths = [{ pathId, health, since: at, quality, sent: 0, received: 0 }];
    const batch: TelemetryBatch = { from: at - 1_000, to: at, paths, policies: [], decisions: [], events: [] };
    const edge = await network.store.db.selectFrom('edges').selectAll().executeTakeFirstOrThrow();
    sequence += 1;
    await network.telemetry.store({ ...edge, site: 'hq' }, sequence, batch);
  }
}
const rows = async (query: Parameters<SlaReport['rows']>[0] = {}) => await report.rows({ path: pathId, ...query });
const row = async () => (await rows())[0]!;

beforeEach(async () => {
  network = await testNetwork();
  await network.documents.start();
  sla = new SlaService(network.store, 400);
  report = new SlaReport(network.store);
  sequence = 0;
  const hq = await network.sites.create(tester, {
    name: 'hq',
    endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.1' }],
  });
  await network.sites.create(tester, {
    name: 'branch',
    endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.2' }],
  });
  const edge = { edge_id: 'e', site_id: hq.id, identity_key: 'k', hostname: 'h', enrolled_at: 0 };
  await network.store.db.insertInto('edges').values(edge).execute();
  pathId = (await network.paths.list({ sourceSite: 'hq' }))[0]!.id as PathId;
  const action = { type: 'steer' as const, sla: { max_delay_ms: 100 } };
  policyId = (await network.policies.create(tester, { name: 'voice', priority: 9, action })).id;
});
afterEach(() => network.close());

describe('the record of an SLA', () => {
  it('counts time in, out, down and unknown', async () => {
    await live(60, 50);
    await live(20, 150);
    await live(10, 50, 'down');
    network.clock.ms += 100_000;
    await live(30, 50);
    await sla.count();
    expect(await row()).toMatchObject({
      policy: 'voice',
      sourceSite: 'hq',
      destLabel: 'mpls',
      inMs: 90_000,
      outMs: 30_000,
      downMs: 10_000,
      unknownMs: 100_000,
      usedMs: 0,
      availabilityPercent: 75,
      violations: 1,
    });
  });

  it('counts each report once, also over a restart of the controller', async () => {
    await live(10, 50);
    await sla.count();
    await live(10, 150);
    sla = new SlaService(network.store, 400);
    await sla.count();
    await sla.count();
    expect(await row()).toMatchObject({ inMs: 10_000, outMs: 10_000, unknownMs: 0 });
  });

  it('keeps violations with what they were by, and ends them', async () => {
    await live(5, 50);
    const began = network.clock.ms;
    await live(3, 150);
    await live(1, 180);
    await sla.count();
    const [open] = (await report.violations({})).items;
    expect(open).toMatchObject({ policyId, figure: 'delay', value: 150, bound: 100, worst: 180, endedAt: null });
    await live(11, 50);
    await sla.count();
    expect((await report.violations({})).items).toEqual([
      { ...open, startedAt: began, endedAt: began + 4_000, outMs: 4_000 },
    ]);
  });

  it('ends a violation of a path that nobody tells of any more', async () => {
    await live(5, 150);
    await sla.count();
    const last = network.clock.ms;
    network.clock.ms += 120_000;
    await sla.count();
    expect((await report.violations({})).items[0]).toMatchObject({ endedAt: last });
    await live(5, 50);
    await sla.count();
    expect(await row()).toMatchObject({ inMs: 5_000, outMs: 5_000, unknownMs: 116_000 + 4_000 - 1_000 + 1_000 });
  });

  it('outlives the deletion of its path and its policy, with their names, and stops there', async () => {
    await live(30, 50);
    await sla.count();
    await network.policyDeletion.delete(tester, policyId);
    network.clock.ms += 50_000;
    expect(await row()).toMatchObject({ policy: 'voice', inMs: 30_000, unknownMs: 0, availabilityPercent: 100 });
    await network.siteDeletion.delete(tester, 'branch', { force: true, purge: true });
    expect(await row()).toMatchObject({ destSite: 'branch', inMs: 30_000, unknownMs: 0 });
  });

  it('says nothing of paths that a policy never takes', async () => {
    const action = { type: 'steer' as const, sla: { max_delay_ms: 1 }, never: ['mpls'] };
    await network.policies.create(tester, { name: 'data', priority: 8, action });
    await live(5, 50);
    await sla.count();
    expect((await rows()).map(({ policy }) => policy)).toEqual(['voice']);
  });

  it('comes hour by hour, and is dropped when its time is over', async () => {
    network.clock.ms += hourMs - 10_000;
    await live(20, 50);
    await sla.count();
    const hours = await rows({ step: 'hour' });
    expect(hours.map(({ inMs }) => inMs)).toEqual([10_000, 10_000]);
    expect(hours[0]!.to).toBe(hours[1]!.from);
    network.clock.ms += 401 * 24 * hourMs;
    await sla.prune();
    expect(await rows({ from: 1 })).toEqual([]);
  });

  it('is not lost to the pruning of reports that it has not counted yet', async () => {
    await live(10, 50);
    await sla.count();
    await live(10, 50);
    await network.metrics.maintain();
    network.clock.ms += 2 * hourMs;
    await network.metrics.maintain();
    await sla.count();
    expect((await rows({ from: network.clock.ms - 10 * hourMs }))[0]).toMatchObject({ inMs: 20_000 });
  });
});

describe('steps of a report', () => {
  it('are whole days, weeks from Monday, and months of UTC', () => {
    const [from, to] = [Date.UTC(2026, 0, 30, 12), Date.UTC(2026, 1, 2, 1)];
    const starts = (step: 'day' | 'week' | 'month') =>
      spansOf(from, to, step).map((span) => new Date(span.from).toISOString().slice(0, 10));
    expect(starts('day')).toEqual(['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-02']);
    expect(starts('week')).toEqual(['2026-01-26', '2026-02-02']);
    expect(starts('month')).toEqual(['2026-01-01', '2026-02-01']);
    expect(() => spansOf(0, to, 'hour')).toThrow('more than 100');
  });
});
