import type { Address, PathHealth, PathId } from '@patronus/core';
import type { FarEndAddress } from '@patronus/protocol';
import type { KyselyPlugin } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edgeRepository } from '../repositories/index.ts';
import { at, behindNat, tester, testNetwork, type TestNetwork } from '../testing/index.ts';

/** The tables that were updated since it was emptied. */
let updated: string[] = [];
const watch: KyselyPlugin = {
  transformQuery: ({ node }) => {
    if (node.kind === 'UpdateQueryNode') updated.push(JSON.stringify(node));
    return node;
  },
  transformResult: async ({ result }) => result,
};

let network: TestNetwork;
let sequence: number;

beforeEach(async () => {
  network = await testNetwork(watch);
  sequence = 0;
  await addSite('hq', [at('mpls', 'eth0', '192.0.2.1')]);
  await addSite('cloud', [at('mpls', 'eth0', '192.0.2.2')]);
  await addSite('road', [behindNat('mpls', 'wwan0')]);
});
afterEach(() => network.close());

async function addSite(name: string, endpoints: ReturnType<typeof at>[]): Promise<void> {
  const { id } = await network.sites.create(tester, { name, endpoints });
  const uplinks = JSON.stringify([{ device: 'wwan0', addresses: ['10.64.0.9'], carrier: true }]);
  const unset = { enrolment_key_id: null, revoked_at: null, last_seen_at: null, program_version: null };
  const edge = { edge_id: `edge of ${name}`, site_id: id, hostname: name, identity_key: name, uplinks };
  await edgeRepository.insert(network.store.db, { ...edge, ...unset, enrolled_at: 0, clock_skew_ms: null });
}

const from = (address: string, port: number): FarEndAddress => ({ address: address as Address, port });
const figures = { delayMs: 1, jitterMs: 0, lossPercent: 0 };

/** The edge of a site tells how its path to the uplink behind NAT is, and where it sees it; or that of `path`, another's. */
async function see(site: string, remote?: FarEndAddress, health: PathHealth = 'up', path = site): Promise<void> {
  const [view] = await network.paths.list({ sourceSite: path, destSite: 'road' });
  const pathId = view!.id as PathId;
  const { id: site_id } = await network.sites.get(site);
  const to = network.clock.ms;
  const quality = { rttMs: 2, forward: figures, reverse: figures, mos: 4.4 };
  await network.telemetry.store({ edge_id: `edge of ${site}`, site_id, site }, ++sequence, {
    from: to - 1_000,
    to,
    paths: [{ pathId, health, since: to, quality, sent: 1, received: 1 }],
    policies: [],
    traffic: [{ pathId, bytesSent: sequence, bytesReceived: sequence, ...(remote && { remote }) }],
    decisions: [],
    events: [],
  });
}

const shown = async (site = 'road') => {
  const [endpoint] = await network.endpoints.list({ site });
  const { id, natType, publicAddress } = endpoint!;
  expect(await network.endpoints.get(id)).toMatchObject({ natType, publicAddress });
  expect((await network.endpoints.listByIds([id]))[0]).toMatchObject({ natType, publicAddress });
  expect((await network.sites.get(site)).endpoints[0]).toMatchObject({ natType, publicAddress });
  return { natType, publicAddress };
};
const unknown = { natType: 'unknown', publicAddress: null };

describe('the NAT before an uplink', () => {
  it('is found from where edges of other sites see it', async () => {
    expect(await shown()).toEqual(unknown);
    expect(await shown('hq')).toEqual({ natType: 'none', publicAddress: '192.0.2.1' });
    await see('hq', from('203.0.113.7', 40_001));
    expect(await shown()).toEqual({ natType: 'translated', publicAddress: '203.0.113.7' });
    await see('cloud', from('203.0.113.7', 40_002));
    expect(await shown()).toEqual({ natType: 'address_dependent', publicAddress: '203.0.113.7' });
    await see('cloud', from('203.0.113.7', 40_001));
    expect(await shown()).toEqual({ natType: 'endpoint_independent', publicAddress: '203.0.113.7' });
  });

  it('is none where its own address and port are seen', async () => {
    await see('hq', from('10.64.0.9', 51_820));
    expect(await shown()).toEqual({ natType: 'none', publicAddress: '10.64.0.9' });
    await see('hq', from('10.64.0.9', 51_821));
    expect(await shown()).toMatchObject({ natType: 'translated' });
  });

  it('is not known by what was seen before packets stopped, or by an edge that was silent since', async () => {
    await see('hq', from('203.0.113.7', 40_001));
    await see('hq', from('203.0.113.7', 40_001), 'down');
    expect(await shown()).toEqual(unknown);
    await see('hq', undefined, 'degraded');
    network.clock.ms += 5 * 60_000;
    expect(await shown()).toMatchObject({ natType: 'translated' });
    network.clock.ms += 1;
    expect(await shown()).toEqual(unknown);
  });

  it('is not what an edge tells of the path of another site', async () => {
    await see('hq', from('203.0.113.7', 40_001));
    await see('cloud', from('198.51.100.66', 1), 'up', 'hq');
    expect(await shown()).toEqual({ natType: 'translated', publicAddress: '203.0.113.7' });
  });

  it('is written down when it changes, not each time it is told', async () => {
    const writes = async (remote: FarEndAddress): Promise<number> => {
      updated = [];
      await see('hq', remote);
      return updated.filter((statement) => statement.includes('remote_port')).length;
    };
    expect(await writes(from('203.0.113.7', 40_001))).toBe(1);
    expect(await writes(from('203.0.113.7', 40_001))).toBe(0);
    expect(await writes(from('203.0.113.7', 40_002))).toBe(1);
  });
});
