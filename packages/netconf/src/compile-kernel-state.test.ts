import { prefix, type Address, type Policy } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import { siteDocument, siteIdAt } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { compileKernelState } from './compile-kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';
import { chooseGeneration } from './ruleset.ts';

const document = siteDocument();
const facts: LocalFacts = {
  uplinks: { eth0: { addresses: [], gateway: '192.0.2.1' as Address, gateway6: null } },
  lanAddresses: [],
  tunnelKeys: Object.fromEntries(document.tunnels.map(({ name }) => [name, 'key'])),
  decisions: [],
  ruleset: null,
  countingEpoch: '',
  programs: [],
  refused: new Set(),
  wallMs: 0,
  deadUplinks: [],
  ipv6: true,
};

const problems = (fields: Partial<SiteDocument>, more: Partial<LocalFacts> = {}): string[] => {
  const compiled = compileKernelState(siteDocument(fields), { ...facts, ...more });
  return compiled.ok ? [] : compiled.error.map(({ field, problem }) => `${field}: ${problem}`);
};

describe('the ruleset of many policies', () => {
  it('defines every chain and map once, although both families need the same ones', () => {
    const [last] = document.policies;
    const policies = Array.from({ length: 40 }, (_, index): Policy => {
      const match = { protocol: 'tcp', destinationPorts: [{ from: index, to: index }] } as const;
      return { ...last!, id: index + 2, class: index + 2, match };
    });
    const site = { ...document.site, prefixes: [...document.site.prefixes, prefix('2001:db8::/48')] };
    const compiled = compileKernelState(siteDocument({ site, policies: [...policies, last!] }), facts);
    const names = compiled.ok ? compiled.value.ruleset!.parts.map(({ name }) => name) : [];
    expect(names.filter((name) => name.startsWith('by_'))).toHaveLength(1);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a document that fits no kernel', () => {
  it('is refused for a prefix in two sites, a prefix in another, and one given twice', () => {
    const site = { ...document.site, prefixes: ['10.0.0.0/8', '10.9.0.0/16', '192.168.0.0/24'].map(prefix) };
    const remote = document.remoteSites[0]!;
    const remoteSites = [{ ...remote, prefixes: ['10.200.0.0/24', '172.16.0.0/12', '172.16.0.0/12'].map(prefix) }];
    expect(problems({ site, remoteSites })).toEqual([
      'prefixes: 10.200.0.0/24 of branch lies in 10.0.0.0/8 of hq',
      'prefixes: 172.16.0.0/12 of branch lies in 172.16.0.0/12 of branch',
    ]);
  });

  it('is refused with every problem at once', () => {
    const [tunnel] = document.tunnels;
    const peers = [tunnel!.peers[0]!, { ...tunnel!.peers[0]!, siteId: siteIdAt(9) }];
    const [policy] = document.policies;
    expect(
      problems({
        tunnels: [{ ...tunnel!, name: 'pt5-0', localSlot: 5, peers }],
        policies: [{ ...policy!, id: 2, class: 5000 }, policy!, { ...policy!, id: 3 }],
      }),
    ).toEqual([
      'policies[0].class: 5000 is not between 1 and 4095',
      'policies[2].class: class 1 belongs to two policies',
      'tunnels[0]: pt5-0 has no key',
      'tunnels[0]: pt5-0 starts at slot 5, where no endpoint is',
      'tunnels[0].peers[1]: site 00000001-0000-4000-8000-000000000009 is not among the remote sites',
      'tunnels[0].peers[1]: pt5-0 has the same site or key twice',
    ]);
  });

  it('is refused for IPv6 where the kernel has none', () => {
    const remoteSites = [{ ...document.remoteSites[0]!, prefixes: [prefix('2001:db8::/32')] }];
    expect(problems({ remoteSites })).toEqual([]);
    expect(problems({ remoteSites }, { ipv6: false })).toEqual([
      'prefixes: branch has 2001:db8::/32, but the kernel of this edge has no IPv6',
    ]);
  });
});

describe('a kernel state', () => {
  const compiled = (fields: Partial<SiteDocument> = {}, more: Partial<LocalFacts> = {}) => {
    const result = compileKernelState(siteDocument(fields), { ...facts, ...more });
    if (!result.ok) throw new TypeError(JSON.stringify(result.error));
    return result.value;
  };

  it('leaves no way out of an uplink that is gone but its unreachable default', () => {
    const routes = compiled().routes.filter(({ table }) => table === 0x6001);
    expect(routes.map(({ family, target }) => [family, target.type])).toEqual([
      ['inet', 'unreachable'],
      ['inet6', 'unreachable'],
    ]);
  });

  it('starts a group with what steering decided, and with the blackhole where it decided nothing', () => {
    const paths = [{ pathId: document.paths[2]!.id, weight: 1000 }];
    const decided = compiled({}, { decisions: [{ policyId: 1, siteId: siteIdAt(1), paths }] });
    expect(decided.groups.map(({ members }) => members)).toEqual([[{ nextHop: 0x2000_0010, weight: 256 }]]);
    expect(compiled().groups.map(({ members }) => members)).toEqual([[{ nextHop: 0x2000_ffff, weight: 1 }]]);
  });

  it('keeps the generation of policies that stay, and changes it with them', () => {
    const first = compiled().ruleset!;
    const again = compiled({}, { ruleset: first }).ruleset!;
    const changed = compiled({ policies: [{ ...document.policies[0]!, match: { dscp: [1] } }] }, { ruleset: first });
    expect(again.generation).toBe(first.generation);
    expect(changed.ruleset!.generation).not.toBe(first.generation);
  });

  it('never takes the generation of the ruleset before, nor zero', () => {
    const hashes = Array.from({ length: 600 }, (_, i) => (i * 7919).toString(16).padStart(8, '0'));
    for (const [i, hash] of hashes.entries()) {
      const previous = { hash: 'other', generation: 1 + (i % 255) };
      const generation = chooseGeneration(hash, previous);
      expect(generation).not.toBe(previous.generation);
      expect(generation).toBeGreaterThanOrEqual(1);
      expect(generation).toBeLessThanOrEqual(255);
    }
  });

  it('takes 5,000 prefixes and three policies within the time of a change', () => {
    const prefixes = Array.from({ length: 5000 }, (_, i) => prefix(`10.${100 + (i >> 8)}.${i & 255}.0/24`));
    const policies = [2, 3].map((number) => ({
      ...document.policies[0]!,
      id: number,
      class: number,
      match: { dscp: [number] },
    }));
    const start = performance.now();
    const state = compiled({
      remoteSites: [{ ...document.remoteSites[0]!, prefixes }],
      policies: [...policies, ...document.policies],
    });
    expect(state.routes.length).toBeGreaterThan(15_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
