import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PathId } from '@patronus/core';
import type { TelemetryBatch } from '@patronus/protocol';
import { sql } from 'kysely';
import { edgeRepository, metricRepository } from '../repositories/index.ts';
import { at, tester, testNetwork, type TestNetwork } from '../testing/index.ts';

let network: TestNetwork;
let path: PathId;
let edge: { edge_id: string; site_id: string; site: string };
let sequence: number;

beforeEach(async () => {
  network = await testNetwork();
  const hq = await network.sites.create(tester, { name: 'hq', endpoints: [at('mpls', 'eth0', '192.0.2.1')] });
  await network.sites.create(tester, { name: 'branch', endpoints: [at('mpls', 'eth0', '192.0.2.2')] });
  path = (await network.paths.list({ sourceSite: 'hq' }))[0]!.id as PathId;
  edge = { edge_id: 'edge-1', site_id: hq.id, site: 'hq' };
  sequence = 0;
  const times = { enrolled_at: 0, revoked_at: null, last_seen_at: null };
  const rest = { identity_key: 'x', hostname: 'x', enrolment_key_id: null, program_version: null, clock_skew_ms: null };
  await edgeRepository.insert(network.store.db, { edge_id: 'edge-1', site_id: hq.id, ...times, ...rest });
});
afterEach(() => network.close());

const batchAt = (to: number, batch: Partial<TelemetryBatch> = {}): TelemetryBatch => ({
  from: to - 1_000,
  to,
  paths: [],
  policies: [],
  decisions: [],
  events: [],
  ...batch,
});
const store = (batch: TelemetryBatch) => {
  network.clock.ms = Math.max(network.clock.ms, batch.to);
  return network.telemetry.store(edge, ++sequence, batch);
};
const measured = (to: number, delayMs: number | null, lossPercent = 0) =>
  batchAt(to, {
    paths: [
      {
        pathId: path,
        health: delayMs === null ? 'down' : 'up',
        since: to,
        sent: 10,
        received: 10,
        quality: {
          rttMs: delayMs === null ? null : delayMs * 2,
          forward: { delayMs, jitterMs: delayMs === null ? null : 1, lossPercent },
          reverse: { delayMs, jitterMs: delayMs === null ? null : 1, lossPercent },
          mos: delayMs === null ? null : 4.4,
        },
      },
    ],
  });

describe('path metrics', () => {
  it('are means over each step, and say for how much of it the path was down', async () => {
    const start = network.clock.ms;
    for (const [second, delay] of [10, 20, null, null].entries()) {
      await store(measured(start + second * 1_000, delay, delay === null ? 100 : 0));
    }
    network.clock.ms = start + 10_000;
    const points = await network.metrics.read(path, { from: start, to: start + 9_000, step: 10_000 });
    expect(points).toMatchObject([{ samples: 4, down_samples: 2, latency: 15, latency_max: 20, loss: 50 }]);
  });

  it('stay readable as minutes and hours when the raw ones are gone, each counted once however often it is rolled up', async () => {
    const start = network.clock.ms;
    for (let second = 0; second < 120; second++) await store(measured(start + second * 1_000, second < 60 ? 10 : 30));
    await network.metrics.maintain();
    await network.metrics.maintain();
    network.clock.ms = start + 3 * 3_600_000;
    await network.metrics.maintain();
    expect(await metricRepository.highestRawId(network.store.db)).toBe(0);
    const minutes = await network.metrics.read(path, { from: start, to: start + 600_000, step: 60_000 });
    expect(minutes).toMatchObject([
      { timestamp: start, samples: 60, latency: 10 },
      { timestamp: start + 60_000, samples: 60, latency: 30 },
    ]);
    network.clock.ms = start + 3 * 86_400_000;
    await network.metrics.maintain();
    const hours = await network.metrics.read(path, { from: start, to: network.clock.ms, step: 3_600_000 });
    expect(hours).toMatchObject([{ samples: 120, latency: 20, latency_max: 30 }]);
    network.clock.ms = start + 91 * 86_400_000;
    await network.metrics.maintain();
    expect(await network.metrics.read(path, { from: start, to: network.clock.ms, step: 86_400_000 })).toEqual([]);
  });

  it('that arrive hours late join their minute and their hour', async () => {
    const start = network.clock.ms;
    await store(measured(start, 10));
    network.clock.ms = start + 2 * 3_600_000;
    await network.metrics.maintain();
    await store(measured(start + 1_000, 30));
    await network.metrics.maintain();
    const points = await network.metrics.read(path, { from: start, to: start + 60_000, step: 60_000 });
    expect(points).toMatchObject([{ samples: 2, latency: 20 }]);
  });

  it('of too many points or an empty range are refused with a remedy', async () => {
    const now = network.clock.ms;
    await expect(network.metrics.read(path, { from: now - 3_600_000, to: now, step: 1 })).rejects.toThrow(
      /use 720 or more/,
    );
    await expect(network.metrics.read(path, { from: now, to: now - 1 })).rejects.toThrow(/is not before/);
  });
});

describe('what an edge reports', () => {
  it('is the state of the path now, unless it is older than what is known', async () => {
    const now = network.clock.ms;
    await store(measured(now, 10));
    await store(measured(now - 60_000, 99));
    expect(await network.paths.get(path)).toMatchObject({ latency: 10, healthStatus: 'up', stale: false });
    network.clock.ms += 10_001;
    expect(await network.paths.get(path)).toMatchObject({ latency: 10, healthStatus: 'unknown', stale: true });
  });

  it('is not held off by an earlier report of a clock that ran ahead', async () => {
    const now = network.clock.ms;
    await network.telemetry.store(edge, ++sequence, measured(now + 3_600_000, 99));
    await store(measured(now + 1_000, 10));
    expect(await network.paths.get(path)).toMatchObject({ latency: 10, reportedAt: now + 1_000 });
  });

  it('is stored together with what others report, and a batch that cannot be stored fails with what follows it only', async () => {
    const now = network.clock.ms;
    const { id: branch } = await network.sites.get('branch');
    const other = { edge_id: 'edge-2', site_id: branch, site: 'branch' };
    const row = { identity_key: 'y', hostname: 'y', enrolled_at: 0, site_id: branch, edge_id: 'edge-2' };
    await network.store.db.insertInto('edges').values(row).execute();
    const bad = { ...measured(now, 10), paths: [{ ...measured(now, 10).paths[0]!, health: null as never }] };
    const settled = await Promise.allSettled([
      network.telemetry.store(edge, 1, measured(now, 10)),
      network.telemetry.store(edge, 2, bad),
      network.telemetry.store(other, 1, batchAt(now)),
      network.telemetry.store(edge, 3, measured(now, 30)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await network.telemetry.store(edge, 2, measured(now, 40))).toBe(2);
    expect(await network.telemetry.store(edge, 3, measured(now, 50))).toBe(3);
    const { rows } = await sql`SELECT latency FROM path_metrics_raw ORDER BY metric_id`.execute(network.store.db);
    expect((await edgeRepository.find(network.store.db, 'edge-2'))?.telemetry_sequence).toBe(1);
    expect(rows).toEqual([10, 40, 50].map((latency) => ({ latency })));
  });

  it('changes nothing when it comes again', async () => {
    const batch = {
      ...measured(network.clock.ms, 10),
      policies: [{ policyId: 1, epoch: 'a', packets: 5, bytes: 500 }],
    };
    expect(await network.telemetry.store(edge, 7, batch)).toBe(7);
    expect(await network.telemetry.store(edge, 7, batch)).toBe(7);
    expect(await network.telemetry.store(edge, 3, batch)).toBe(7);
    expect(await network.policies.get(1)).toMatchObject({ packetsMatched: 5n, bytesMatched: 500n });
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM path_metrics_raw`.execute(network.store.db);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('adds up over counters that start again, and over what an edge forgot', async () => {
    const count = (epoch: string, packets: number) =>
      store(batchAt(network.clock.ms, { policies: [{ policyId: 1, epoch, packets, bytes: packets * 100 }] }));
    await count('a', 10);
    await count('a', 25);
    await count('b', 3);
    await count('b', 4);
    await store(batchAt(network.clock.ms, { policies: [{ policyId: 999, epoch: 'x', packets: 1, bytes: 1 }] }));
    expect(await network.policies.get(1)).toMatchObject({ packetsMatched: 29n, bytesMatched: 2_900n });
  });

  it('writes counters down for outside tools when they moved', async () => {
    const snapshot = () => network.traffic.snapshot();
    await snapshot();
    await snapshot();
    await store(batchAt(network.clock.ms, { policies: [{ policyId: 1, epoch: 'a', packets: 10, bytes: 900 }] }));
    await snapshot();
    const { rows } =
      await sql`SELECT policy_id, packets_matched, bytes_matched, active_flows FROM sdwan_policy_stats`.execute(
        network.store.db,
      );
    expect(rows).toEqual([
      { policy_id: 1, packets_matched: 0, bytes_matched: 0, active_flows: null },
      { policy_id: 1, packets_matched: 10, bytes_matched: 900, active_flows: null },
    ]);
  });
});
