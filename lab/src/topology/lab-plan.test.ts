import { expect, test } from 'vitest';
import { prefix, prefixContains, prefixesOverlap } from '@patronus/core';
import { joinedLines, labelsLinked, planLab, plannedImpairment } from './lab-plan.ts';
import type { Topology } from './topology.ts';

const topology = (overrides: Partial<Topology> = {}): Topology => ({
  name: 't',
  sites: [
    { name: 'a', lan: '10.1.0.0/24', hosts: 2, endpoints: [{ label: 'x', delay_ms: 5, up_mbit: 10, down_mbit: 20 }] },
    {
      name: 'b',
      lan: '10.2.0.0/24',
      endpoints: [
        { label: 'x', delay_ms: 7 },
        { label: 'y', delay_ms: 9, nat: true },
      ],
    },
    { name: 'c', lan: '10.3.0.0/24', endpoints: [{ label: 'y', delay_ms: 9, nat: true }] },
  ],
  ...overrides,
});

test('no two lines share an address or a network, and all lie in the test range', () => {
  const networks = planLab(topology(), 'i').lines.flatMap((line) => [line.network, line.transit]);
  networks.forEach((network, index) => {
    expect(prefixesOverlap(network, prefix('198.18.0.0/15'))).toBe(true);
    expect(networks.slice(index + 1).some((other) => prefixesOverlap(network, other))).toBe(false);
  });
});

test('a line behind NAT has no public address, any other the one on its device', () => {
  const [open, , hidden] = planLab(topology(), 'i').lines;
  expect(open!.publicAddress).toBe(open!.siteAddress);
  expect(hidden!.publicAddress).toBeNull();
});

test('labs with different ids share no namespace name', () => {
  const names = (id: string) => {
    const plan = planLab(topology(), id);
    const sites = plan.sites.flatMap((site) => [site.namespace, ...site.hosts.map((host) => host.namespace)]);
    return [plan.coreNamespace, ...sites, ...plan.lines.map((line) => line.namespace)];
  };
  expect(new Set([...names('i'), ...names('j')]).size).toBe(names('i').length * 2);
});

test('hosts are in the LAN of their site', () => {
  for (const site of planLab(topology(), 'i').sites) {
    for (const host of site.hosts) expect(prefixContains(site.lan, host.address)).toBe(true);
  }
});

test('two lines behind NAT are not joined, nor two of one site', () => {
  const pairs = joinedLines(planLab(topology(), 'i')).map(([a, b]) => `${a.name} ${b.name}`);
  expect(pairs).toEqual(['a/x b/x', 'a/x b/y', 'a/x c/y', 'b/x c/y']);
});

test('links hold in both directions; without any every label reaches every other', () => {
  expect(labelsLinked(topology({ links: [['x', 'y']] }), 'y', 'x')).toBe(true);
  expect(labelsLinked(topology({ links: [['x', 'y']] }), 'x', 'x')).toBe(false);
  expect(labelsLinked(topology(), 'x', 'x')).toBe(true);
});

test('up is the rate out of the site, down the rate into it', () => {
  const endpoint = topology().sites[0]!.endpoints[0]!;
  expect(plannedImpairment(endpoint, 'out').rateBps).toBe(10e6);
  expect(plannedImpairment(endpoint, 'in').rateBps).toBe(20e6);
});
