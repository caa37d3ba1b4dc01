import { prefix, type Address, type Policy } from '@patronus/core';
import { siteDocument, siteIdAt } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { compileKernelState } from './compile-kernel-state.ts';
import { diff } from './diff.ts';
import { ipBatches } from './ip-text.ts';
import { emptyKernelState, type KernelState, type ObservedState } from './kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';
import { nftDeletion, nftTransaction } from './nft-text.ts';
import { rulesetShape } from './ruleset.ts';
import { describeStep, type Step } from './step.ts';
import { wgPeersText } from './wg.ts';

const made = siteDocument();

const policies: Policy[] = [
  {
    id: 7,
    class: 3,
    priority: 300,
    name: 'voice',
    action: { type: 'steer' },
    match: { anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] }, { dscp: [46, 34] }] },
  },
  {
    id: 9,
    class: 4,
    priority: 200,
    name: 'telnet',
    action: { type: 'drop' },
    match: { sourceSites: [siteIdAt(1)], protocol: 'tcp', destinationPorts: [{ from: 23, to: 23 }] },
  },
  {
    id: 8,
    class: 5,
    priority: 100,
    name: 'backup',
    action: { type: 'steer' },
    match: {
      sourcePrefixes: [prefix('10.0.0.128/25'), prefix('2001:db8::/64')],
      destinationSites: [siteIdAt(0), siteIdAt(1)],
      sourcePorts: [
        { from: 873, to: 873 },
        { from: 5201, to: 5210 },
      ],
    },
  },
  ...made.policies,
];

const document = siteDocument({
  endpoints: made.endpoints.map((endpoint) => (endpoint.slot === 0 ? { ...endpoint, copiesDscp: true } : endpoint)),
  site: { ...made.site, prefixes: [prefix('10.0.0.0/24'), prefix('2001:db8::/48')] },
  tunnels: made.tunnels
    .slice(0, 2)
    .map((tunnel) => ({ ...tunnel, peers: tunnel.peers.map((peer) => ({ ...peer, keepalive: 25 })) })),
  remoteSites: [
    { ...made.remoteSites[0]!, prefixes: [prefix('10.1.0.0/16'), prefix('10.1.9.0/24'), prefix('2001:db8:1::/48')] },
  ],
  policies,
});

const facts: LocalFacts = {
  uplinks: {
    eth0: {
      addresses: [{ address: '192.0.2.1' as Address, prefixLength: 24 }],
      gateway: '192.0.2.254' as Address,
      gateway6: null,
    },
    eth1: {
      addresses: [
        { address: '198.51.100.1' as Address, prefixLength: 30 },
        { address: '2001:db8:f::1' as Address, prefixLength: 64 },
        { address: 'fe80::1' as Address, prefixLength: 64 },
      ],
      gateway: null,
      gateway6: 'fe80::9' as Address,
    },
  },
  lanAddresses: ['192.0.2.1', '10.0.0.1', '2001:db8::1'] as Address[],
  tunnelKeys: Object.fromEntries(document.tunnels.map(({ name }) => [name, `key of ${name}`])),
  decisions: [
    {
      policyId: 7,
      siteId: siteIdAt(1),
      paths: [
        { pathId: document.paths[0]!.id, weight: 70 },
        { pathId: document.paths[1]!.id, weight: 30 },
      ],
    },
  ],
  ruleset: null,
  countingEpoch: 'epoch-1',
  programs: [],
  refused: new Set(),
  wallMs: 0,
  deadUplinks: [],
  ipv6: true,
};

const compiled = (of = document, how = facts): KernelState => {
  const result = compileKernelState(of, how);
  if (!result.ok) throw new TypeError(JSON.stringify(result.error));
  return result.value;
};

const nothing: ObservedState = {
  ...emptyKernelState,
  ruleset: null,
  counters: [],
  brokenTunnels: [],
  links: [],
  gateways: [],
  ipv6: true,
};

const golden = (name: string): string => `golden/${name}`;

describe('text for the kernel', () => {
  const state = compiled();

  it('writes a whole ruleset', async () => {
    await expect(nftTransaction(state.ruleset!, null)).toMatchFileSnapshot(golden('ruleset.nft'));
    expect(nftDeletion).toBe('add table inet patronus\ndelete table inet patronus\n');
  });

  it('writes the replacement of a ruleset: rules anew, counters as they are, only changed sets', async () => {
    const fewer = siteDocument({ ...document, policies: policies.slice(1), remoteSites: made.remoteSites });
    const next = compiled(fewer, { ...facts, ruleset: rulesetShape(state.ruleset!), countingEpoch: 'epoch-2' });
    await expect(nftTransaction(next.ruleset!, rulesetShape(state.ruleset!))).toMatchFileSnapshot(
      golden('ruleset-replaced.nft'),
    );
  });

  it('writes peers', async () => {
    await expect(wgPeersText(state.tunnels.flatMap(({ peers }) => peers))).toMatchFileSnapshot(golden('peers.conf'));
  });

  it('writes an IPv6 endpoint in brackets, and none for a peer that calls us', () => {
    const peer = state.tunnels[0]!.peers[0]!;
    const at = (endpoint: typeof peer.endpoint) => wgPeersText([{ ...peer, endpoint }]);
    expect(at({ address: '2001:db8::9' as Address, port: 51_820 })).toContain('Endpoint = [2001:db8::9]:51820\n');
    expect(at(null)).not.toContain('Endpoint');
  });

  it('writes the routing of a document from nothing, and its removal', async () => {
    await expect(planText(diff(nothing, state))).toMatchFileSnapshot(golden('plan-from-nothing.txt'));
    const observed = { ...nothing, ...state, ruleset: rulesetShape(state.ruleset!), shapers: [] };
    await expect(planText(diff(observed, emptyKernelState))).toMatchFileSnapshot(golden('plan-to-nothing.txt'));
    expect(diff(observed, state)).toEqual([]);
  });

  it('writes next hops of the IPv4 kind for a kernel without IPv6', () => {
    const nextHop = { id: 1, device: 'pt0-0' };
    const batches = ipBatches([{ verb: 'add', object: 'next_hop', nextHop }], { ipv6: false });
    expect(batches).toEqual([{ option: '-4', text: 'nexthop add id 1 dev pt0-0 proto 80\n' }]);
  });
});

const planText = (steps: readonly Step[]): string =>
  steps
    .flatMap((step) => {
      const batches = step.do === 'change_routing' ? ipBatches(step.changes, { ipv6: true }) : [];
      return [
        `# ${describeStep(step)}\n`,
        ...batches.map(({ option, text }) => `ip ${option ?? ''} -batch -\n${text}`),
      ];
    })
    .join('');
