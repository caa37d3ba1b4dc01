import type { FlowReport } from '@patronus/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { FlowService, type EdgeFlowTeller } from './flow-service.ts';
import { flowList } from './lists/index.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
});
afterEach(() => network.close());

const flow = (changes: Partial<FlowReport>): FlowReport => ({
  source: '10.1.0.10',
  destination: '10.2.0.20',
  protocol: 'tcp',
  sourcePort: 40_000,
  destinationPort: 443,
  policyId: 1,
  application: null,
  serverName: null,
  remoteSiteId: null,
  pathId: null,
  bytesSent: 10,
  bytesReceived: 20,
  packetsSent: 1,
  packetsReceived: 1,
  ...changes,
});

async function twoSites(): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, name] of ['hq', 'branch'].entries()) {
    const endpoints = [at('mpls', 'eth0', `192.0.2.${index + 1}`)];
    ids.push((await network.sites.create(tester, { name, prefixes: [`10.${index}.0.0/24`], endpoints })).id);
  }
  return ids;
}

const serviceOf = (listFlows: EdgeFlowTeller['listFlows']): FlowService =>
  new FlowService({ store: network.store, presence: network.presence, paths: network.paths, edges: { listFlows } });

describe('flows', () => {
  it('of all edges on the line are told together, with names, narrowed and in order', async () => {
    const [hq, branch] = await twoSites();
    for (const id of [hq!, branch!]) network.presence.set(id, true);
    const [path] = await network.paths.list({ sourceSite: hq! });
    const service = serviceOf(async ({ id }) => ({
      total: 1,
      flows:
        id === hq
          ? [flow({ remoteSiteId: branch!, pathId: path!.id, application: 'zoom', serverName: 'zoom.us' })]
          : [flow({ source: '10.1.0.9', bytesSent: 9_000 }), flow({ destinationPort: null, bytesSent: null })],
    }));
    const told = await service.list();
    const rows = flowList.page(told, {}).items.map((each) => [each.site, each.destSite, each.application, each.policy]);
    expect(rows).toEqual([
      ['branch', null, null, 'default'],
      ['hq', 'branch', 'zoom', 'default'],
      ['branch', null, null, 'default'],
    ]);
    expect(flowList.page(told, { search: 'ZOOM.us' }).items).toHaveLength(1);
    expect(flowList.page(told, { site: 'branch', unknown: true }).items).toHaveLength(2);
    expect(flowList.page(told, { application: 'zoom' }).items[0]).toMatchObject({
      sourceLabel: 'mpls',
      destLabel: 'mpls',
    });
  });

  it('are told without an edge that does not answer, and not at all when none does', async () => {
    const [hq, branch] = await twoSites();
    for (const id of [hq!, branch!]) network.presence.set(id, true);
    const half = serviceOf(({ id }) =>
      id === hq ? Promise.reject(new Error('too late')) : Promise.resolve({ flows: [flow({})], total: 1 }),
    );
    expect((await half.list()).map(({ site }) => site)).toEqual(['branch']);
    await expect(serviceOf(() => Promise.reject(new Error('too late'))).list()).rejects.toThrow('too late');
  });

  it('are asked for once for many who ask at the same time', async () => {
    const [hq] = await twoSites();
    network.presence.set(hq!, true);
    let asked = 0;
    const service = serviceOf(() => {
      asked++;
      return Promise.resolve({ flows: [], total: 0 });
    });
    await Promise.all([service.list(), service.list(), service.list()]);
    expect(asked).toBe(1);
  });
});
