import type { Address, Prefix } from '@patronus/core';
import type { FlowEntry } from '@patronus/netconf';
import { siteDocument } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { reportFlows, type FlowSources } from './report-flows.ts';

const base = siteDocument();
const document = {
  ...base,
  site: { ...base.site, prefixes: ['10.1.0.0/24' as Prefix] },
  remoteSites: base.remoteSites.map((site) => ({ ...site, prefixes: ['10.2.0.0/24' as Prefix] })),
};
const [remote] = document.remoteSites;
const policy = document.policies.at(-1)!;
const entry = (changes: Partial<FlowEntry>): FlowEntry => ({
  class: policy.class,
  source: '10.1.0.10' as Address,
  destination: '10.2.0.20' as Address,
  protocol: 'tcp',
  sourcePort: 40_000,
  destinationPort: 443,
  bytesSent: 100,
  bytesReceived: 0,
  packetsSent: 1,
  packetsReceived: 0,
  ...changes,
});
const sources = (entries: readonly FlowEntry[] | null): FlowSources => ({
  entries: () => Promise.resolve(entries),
  document: () => document,
  decisions: () => [
    {
      policyId: policy.id,
      siteId: remote!.id,
      paths: [{ pathId: document.paths[0]!.id, weight: 1 }],
      slaMet: true,
      reason: '',
    },
  ],
  namesOf: (address) => (address === '10.2.0.20' ? ['eu1.salesforce.com'] : []),
  inspected: ({ destinationPort }) => (destinationPort === 2222 ? 'ssh' : null),
});
const ask = (entries: readonly FlowEntry[] | null, limit = 10) =>
  reportFlows(sources(entries), { type: 'list_flows', id: 7, limit });

describe('the flows of an edge', () => {
  it('are told with application, policy and path', async () => {
    expect(await ask([entry({})])).toMatchObject({
      id: 7,
      total: 1,
      problem: null,
      flows: [
        {
          source: '10.1.0.10',
          application: 'salesforce',
          serverName: 'eu1.salesforce.com',
          policyId: policy.id,
          pathId: document.paths[0]!.id,
          remoteSiteId: remote!.id,
        },
      ],
    });
  });

  it('are those that began here, the largest first, and unknown ones are told as unknown', async () => {
    const flows = [
      entry({ source: '10.2.0.20' as Address, destination: '10.1.0.10' as Address }),
      entry({ destination: '192.0.2.9' as Address, destinationPort: 4_000, bytesSent: 10, class: 0 }),
      entry({ bytesSent: 500 }),
    ];
    const { flows: told, total } = await ask(flows, 2);
    expect(total).toBe(2);
    expect(
      told.map(({ bytesSent, application, policyId, pathId, remoteSiteId }) => [
        bytesSent,
        application,
        policyId !== null,
        pathId !== null,
        remoteSiteId !== null,
      ]),
    ).toEqual([
      [500, 'salesforce', true, true, true],
      [10, null, false, false, false],
    ]);
  });

  it('that nothing else tells are of the application that they look like', async () => {
    const other = { destination: '192.0.2.9' as Address };
    const { flows } = await ask([entry({ ...other, destinationPort: 2222 }), entry({ destinationPort: 2222 })]);
    expect(flows.map(({ application }) => application)).toEqual(['ssh', 'salesforce']);
  });

  it('are not told where the kernel does not', async () => {
    expect(await ask(null)).toMatchObject({ flows: [], problem: expect.stringContaining('does not tell') as string });
  });
});
