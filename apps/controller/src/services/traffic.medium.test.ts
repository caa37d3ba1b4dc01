import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemTimers, type PathId } from '@patronus/core';
import type { ApplicationTraffic, PathTraffic, PolicyCounter, TelemetryBatch } from '@patronus/protocol';
import { sql } from 'kysely';
import { edgeRepository } from '../repositories/index.ts';
import { at, breakTable, mendTable, tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { TelemetryService } from './telemetry-service.ts';
import { TrafficService } from './traffic-service.ts';

interface TestEdgeRow {
  readonly edge_id: string;
  readonly site_id: string;
  readonly site: string;
}

let network: TestNetwork;
let hq: TestEdgeRow;
let branch: TestEdgeRow;
let path: { id: PathId; endpointId: string };
let sequence: number;

beforeEach(async () => {
  network = await testNetwork();
  const makeSite = async (name: string, address: string): Promise<TestEdgeRow> => {
    const { id } = await network.sites.create(tester, { name, endpoints: [at('mpls', 'eth0', address)] });
    const times = { enrolled_at: 0, revoked_at: null, last_seen_at: null };
    const rest = {
      identity_key: 'x',
      hostname: 'x',
      enrolment_key_id: null,
      program_version: null,
      clock_skew_ms: null,
    };
    await edgeRepository.insert(network.store.db, { edge_id: `edge of ${name}`, site_id: id, ...times, ...rest });
    return { edge_id: `edge of ${name}`, site_id: id, site: name };
  };
  hq = await makeSite('hq', '192.0.2.1');
  branch = await makeSite('branch', '192.0.2.2');
  const [view] = await network.paths.list({ sourceSite: 'hq' });
  path = { id: view!.id as PathId, endpointId: view!.sourceEndpointId };
  sequence = 0;
});
afterEach(() => network.close());

const report = (
  edge: TestEdgeRow,
  { policies = [], traffic }: { policies?: PolicyCounter[]; traffic?: PathTraffic[] },
  telemetry = network.telemetry,
): Promise<number> => {
  const to = network.clock.ms;
  const batch: TelemetryBatch = { from: to - 1_000, to, paths: [], policies, decisions: [], events: [] };
  return telemetry.store(edge, ++sequence, { ...batch, ...(traffic === undefined ? {} : { traffic }) });
};
const count = (edge: TestEdgeRow, epoch: string, packets: number, telemetry?: TelemetryService): Promise<number> =>
  report(edge, { policies: [{ policyId: 1, epoch, packets, bytes: packets * 100 }] }, telemetry);
const carry = (bytesSent: number, bytesReceived: number): Promise<number> =>
  report(hq, { traffic: [{ pathId: path.id, bytesSent, bytesReceived }] });
const packets = async (): Promise<bigint> => (await network.policies.get(1)).packetsMatched;

/** What a controller knows that starts on the same database now. */
const restarted = async () => {
  const traffic = new TrafficService(network.store);
  await traffic.load();
  return { traffic, telemetry: new TelemetryService({ ...network, traffic, timers: systemTimers, gatherMs: 0 }) };
};

describe('counters of policies', () => {
  it('are live at once, and add up over sites', async () => {
    await count(hq, 'a', 10);
    await count(branch, 'b', 5);
    await count(hq, 'a', 12);
    expect(await network.policies.get(1)).toMatchObject({ packetsMatched: 17n, bytesMatched: 1_700n });
  });

  it('are the same after a restart, and go on from there', async () => {
    await count(hq, 'a', 10);
    await network.traffic.flush();
    const { traffic, telemetry } = await restarted();
    expect(traffic.policyStats(1)).toMatchObject({ packets_matched: 10n, bytes_matched: 1_000n });
    await count(hq, 'a', 14, telemetry);
    expect(traffic.policyStats(1)).toMatchObject({ packets_matched: 14n });
  });

  it('lack nothing after a crash, as edges tell them in full again', async () => {
    await count(hq, 'a', 10);
    await network.traffic.flush();
    await count(hq, 'a', 25);
    const { traffic, telemetry } = await restarted();
    expect(traffic.policyStats(1)).toMatchObject({ packets_matched: 10n });
    await count(hq, 'a', 25, telemetry);
    expect(traffic.policyStats(1)).toMatchObject({ packets_matched: 25n });
  });

  it('lack nothing after a crash although the kernel started at zero again before it', async () => {
    await count(hq, 'a', 10);
    await count(hq, 'a', 25);
    await count(hq, 'b', 3);
    const { traffic, telemetry } = await restarted();
    await count(hq, 'b', 4, telemetry);
    expect(traffic.policyStats(1)).toMatchObject({ packets_matched: 29n });
  });

  it('never go back, whatever older word comes late', async () => {
    await count(hq, 'a', 10);
    await count(hq, 'a', 7);
    expect(await packets()).toBe(10n);
    await count(hq, 'a', 11);
    expect(await packets()).toBe(11n);
  });

  it('that could not be written are written the next time', async () => {
    await count(hq, 'a', 10);
    await carry(100, 50);
    await breakTable(network.store.db, 'traffic_hour', 'INSERT', 'no more');
    await expect(network.traffic.flush()).rejects.toThrow('no more');
    await mendTable(network.store.db, 'traffic_hour');
    await count(hq, 'a', 11);
    await network.traffic.flush();
    const { traffic } = await restarted();
    expect(traffic.policyStats(1)).toMatchObject({ packets_matched: 11n });
    expect((await traffic.totals('path')).get(path.id)).toMatchObject({ bytesSent: 100n, bytesReceived: 50n });
  });

  it('of an edge that was removed meanwhile do not hold up those of others', async () => {
    await count(hq, 'a', 10);
    await count(branch, 'b', 1);
    await network.siteDeletion.delete(tester, 'hq', { purge: true });
    await network.traffic.flush();
    expect((await restarted()).traffic.policyStats(1)).toMatchObject({ packets_matched: 11n });
  });
});

describe('traffic of applications', () => {
  const tell = (
    edge: TestEdgeRow,
    applications: readonly ApplicationTraffic[],
    number = ++sequence,
  ): Promise<number> => {
    const to = network.clock.ms;
    const batch = { from: to - 1_000, to, paths: [], policies: [], decisions: [], events: [], applications };
    return network.telemetry.store(edge, number, batch);
  };
  const ssh = { application: 'ssh', flows: 2, bytesSent: 100, bytesReceived: 900 };
  const shown = async () => {
    const rows = await network.trafficReport.totals({ kind: 'application' });
    return rows.map(({ name, activeFlows, counts }) => [name, activeFlows, counts.bytes_sent, counts.bytes_received]);
  };

  it('adds up over sites and reports, each counted once', async () => {
    await tell(hq, [ssh]);
    await tell(hq, [{ ...ssh, flows: 1, bytesSent: 50, bytesReceived: 0 }]);
    await tell(hq, [ssh], sequence);
    await tell(branch, [{ application: 'unknown', flows: 3, bytesSent: 7, bytesReceived: 8 }, ssh]);
    expect(await shown()).toEqual([
      ['ssh', 3, 250n, 1_800n],
      ['unknown', 3, 7n, 8n],
    ]);
  });

  it('is not counted where a report could not be stored, and is when it comes again', async () => {
    await breakTable(network.store.db, 'edges', 'UPDATE', 'no more');
    await expect(tell(hq, [ssh])).rejects.toThrow('no more');
    await mendTable(network.store.db, 'edges');
    await tell(hq, [ssh], sequence);
    expect(await shown()).toEqual([['ssh', 2, 100n, 900n]]);
  });

  it('has a history, and is there after a restart', async () => {
    await tell(hq, [ssh]);
    await network.traffic.flush();
    const { traffic } = await restarted();
    expect((await traffic.totals('application')).get('ssh')).toMatchObject({ bytesSent: 100n, bytesReceived: 900n });
    expect(await network.trafficReport.totals({ kind: 'application', id: 'zoom' })).toMatchObject([
      { name: 'zoom', firstSeen: null, counts: { bytes_sent: 0n } },
    ]);
    await expect(network.trafficReport.totals({ kind: 'application', id: 'zom' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('a reset', () => {
  it('lets a policy count from zero again, over a restart too, and is in the audit log', async () => {
    await count(hq, 'a', 10);
    await network.traffic.flush();
    await count(hq, 'a', 12);
    expect(await network.traffic.resetPolicy(tester, 1)).toBe('The counters of policy default start at zero again');
    expect(await packets()).toBe(0n);
    await count(hq, 'a', 15);
    expect(await packets()).toBe(3n);
    await network.traffic.flush();
    expect((await restarted()).traffic.policyStats(1)).toMatchObject({ packets_matched: 3n });
    const [row] = (await network.audit.list({ actions: ['policy_stats_reset'] })).items;
    expect(row).toMatchObject({ actor: 'tester', target: 'default', details: { packets_matched: '12' } });
  });

  it('of no policy is refused, and one that cannot be stored changes nothing', async () => {
    await expect(network.traffic.resetPolicy(tester, 99)).rejects.toThrow(/no policy/);
    await count(hq, 'a', 10);
    await breakTable(network.store.db, 'sdwan_policies', 'UPDATE', 'no more');
    await expect(network.traffic.resetPolicy(tester, 1)).rejects.toThrow('no more');
    await mendTable(network.store.db, 'sdwan_policies');
    expect(await packets()).toBe(10n);
    await network.traffic.flush();
    expect((await restarted()).traffic.policyStats(1)).toMatchObject({ packets_matched: 10n });
  });
});

describe('flows of a policy', () => {
  const tell = (edge: TestEdgeRow, flows: number): Promise<number> => {
    const to = network.clock.ms;
    const batch = { from: to - 1_000, to, paths: [], policies: [], decisions: [], events: [] };
    return network.telemetry.store(edge, ++sequence, { ...batch, flows: [{ policyId: 1, flows }] });
  };
  const told = async () => (await network.trafficReport.totals({ kind: 'policy' }))[0]?.activeFlows;

  it('are the sum of what edges tell, until they fall silent', async () => {
    expect(await told()).toBeNull();
    await tell(hq, 5);
    await tell(branch, 2);
    await tell(hq, 3);
    expect(await told()).toBe(5);
    network.clock.ms += 20_000;
    await tell(branch, 1);
    network.clock.ms += 20_000;
    expect(await told()).toBe(1);
    network.clock.ms += 20_000;
    expect(await told()).toBeNull();
  });

  it('are written down with the counters', async () => {
    await count(hq, 'a', 10);
    await tell(hq, 5);
    await network.traffic.snapshot();
    const { rows } = await sql`SELECT packets_matched, active_flows FROM sdwan_policy_stats`.execute(network.store.db);
    expect(rows).toEqual([{ packets_matched: 10, active_flows: 5 }]);
  });
});

describe('traffic of paths', () => {
  it('adds up to that of their endpoint and their site, over tunnels that were made anew', async () => {
    await carry(1_000, 500);
    await carry(1_500, 600);
    await network.traffic.flush();
    await carry(200, 50);
    await count(hq, 'a', 2);
    const passed = { bytesSent: 1_700n, bytesReceived: 650n };
    expect((await network.traffic.totals('path')).get(path.id)).toMatchObject(passed);
    expect((await network.traffic.totals('endpoint')).get(path.endpointId)).toMatchObject(passed);
    await network.traffic.flush();
    expect((await network.traffic.totals('site')).get(hq.site_id)).toMatchObject({ ...passed, packetsMatched: 2n });
  });

  it('of other sites is not believed', async () => {
    await report(branch, { traffic: [{ pathId: path.id, bytesSent: 9, bytesReceived: 9 }] });
    await network.traffic.flush();
    expect(await network.traffic.totals('path')).toEqual(new Map());
  });

  it('is forgotten with the path', async () => {
    await carry(1_000, 500);
    await network.traffic.flush();
    await network.siteDeletion.delete(tester, 'hq', { purge: true });
    await network.traffic.pruneTotals();
    const { rows } = await sql`SELECT kind FROM traffic_totals`.execute(network.store.db);
    expect(rows).toEqual([]);
  });
});
