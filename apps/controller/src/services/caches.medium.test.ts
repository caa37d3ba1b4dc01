import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unmeasured, type PathId } from '@patronus/core';
import type { TelemetryBatch } from '@patronus/protocol';
import { edgeRepository } from '../repositories/index.ts';
import { at, tester, testNetwork, type TestNetwork } from '../testing/index.ts';

let network: TestNetwork;
let edge: { edge_id: string; site_id: string; site: string };
let branch: string;
let path: PathId;
let sequence: number;

beforeEach(async () => {
  network = await testNetwork();
  const hq = await network.sites.create(tester, { name: 'hq', endpoints: [at('mpls', 'eth0', '192.0.2.1')] });
  branch = (await network.sites.create(tester, { name: 'branch', endpoints: [at('mpls', 'eth0', '192.0.2.2')] })).id;
  path = (await network.paths.list({ sourceSite: 'hq' }))[0]!.id as PathId;
  edge = { edge_id: 'edge-1', site_id: hq.id, site: 'hq' };
  sequence = 0;
  const times = { enrolled_at: 0, revoked_at: null, last_seen_at: null };
  const rest = { identity_key: 'x', hostname: 'x', enrolment_key_id: null, program_version: null, clock_skew_ms: null };
  await edgeRepository.insert(network.store.db, { edge_id: 'edge-1', site_id: hq.id, ...times, ...rest });
});
afterEach(() => network.close());

const store = (batch: Partial<TelemetryBatch>): Promise<number> => {
  const to = (network.clock.ms += 1_000);
  const empty = { from: to - 1_000, to, paths: [], policies: [], decisions: [], events: [] };
  return network.telemetry.store(edge, ++sequence, { ...empty, ...batch });
};
const measure = (): Promise<number> =>
  store({ paths: [{ pathId: path, health: 'up', since: 0, quality: unmeasured, sent: 1, received: 1 }] });
const decide = (reason: string): Promise<number> =>
  store({ decisions: [{ policyId: 1, siteId: branch, paths: [{ pathId: path, weight: 1 }], slaMet: true, reason }] });
const samples = async (): Promise<number> =>
  (await network.metrics.read(path, {})).reduce((sum, point) => sum + point.samples, 0);
const hits = (name: string): number => network.caches.list().find((cache) => cache.name === name)!.hits;

describe('the metrics cache', () => {
  it('answers the same question again, until the path is reported', async () => {
    await measure();
    expect([await samples(), await samples()]).toEqual([1, 1]);
    expect(hits('metrics')).toBe(1);
    await measure();
    expect(await samples()).toBe(2);
    expect(hits('metrics')).toBe(1);
  });

  it('never answers with what was before a report that is stored, whoever asks at the same time', async () => {
    for (let round = 1; round <= 20; round++) {
      const early = samples();
      await measure();
      expect(await samples()).toBe(round);
      expect(await early).toBeGreaterThanOrEqual(round - 1);
    }
  });

  it('asks again after a minute', async () => {
    await samples();
    network.clock.ms += 60_000;
    await samples();
    expect(hits('metrics')).toBe(0);
  });
});

describe('the routing cache', () => {
  it('answers until a decision or the network changes', async () => {
    await decide('first');
    const reasons = async () => (await network.decisions.list()).map(({ reason }) => reason);
    expect([await reasons(), await reasons()]).toEqual([['first'], ['first']]);
    expect(hits('routing')).toBe(1);
    await decide('second');
    expect(await reasons()).toEqual(['second']);
    await network.policies.update(tester, 1, { name: 'rest' });
    expect((await network.decisions.list())[0]?.policy).toBe('rest');
    await network.siteDeletion.delete(tester, 'branch');
    expect(await reasons()).toEqual([]);
  });
});

describe('clearing', () => {
  it('forgets everything, tells how much, and is in the audit log', async () => {
    await samples();
    await network.decisions.list();
    expect(network.caches.list().map(({ entries }) => entries)).toEqual([1, 1]);
    expect((await network.caches.clear(tester)).clearedEntries).toBe(2);
    expect(network.caches.list().map(({ entries }) => entries)).toEqual([0, 0]);
    expect((await network.audit.list({ actions: ['cache_cleared'] })).items).toHaveLength(1);
  });
});
