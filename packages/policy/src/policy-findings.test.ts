import { prefix, type HostSetId, type Policy, type PolicyAction, type PolicyMatch, type SiteId } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { PolicyAnalysis } from './policy-findings.ts';

const [hq, branch] = ['hq', 'branch'] as SiteId[];
const world = {
  sites: [
    { id: hq!, name: 'hq', prefixes: [prefix('10.0.0.0/24')] },
    { id: branch!, name: 'branch', prefixes: [prefix('10.1.0.0/24')] },
  ],
  hostSets: [{ id: 'none' as HostSetId, name: 'tills', prefixes: [] }],
};
const policy = (
  id: number,
  priority: number,
  match: PolicyMatch,
  action: PolicyAction = { type: 'steer' },
): Policy => ({
  id,
  class: id,
  priority,
  name: `p${id}`,
  match,
  action,
});
const web = { protocol: 'tcp' as const, destinationPorts: [{ from: 80, to: 443 }] };
const told = (...policies: Policy[]): string[][] => {
  const analysis = new PolicyAnalysis(policies, world);
  return policies.map((_, index) => analysis.findings(index).map(({ message }) => message));
};

describe('findings', () => {
  it('name the policies that together take all of another', () => {
    const halves = [prefix('10.0.0.0/25'), prefix('10.0.0.128/25')];
    const rest = policy(3, 7, { ...web, sourceSites: [hq!] });
    const first = halves.map((half, index) => policy(index + 1, 9 - index, { sourcePrefixes: [half] }));
    expect(told(...first, rest)).toEqual([
      [],
      [],
      ['policy "p3" never matches: "p1", "p2" are looked at first and take all of it'],
    ]);
    expect(told(first[0]!, rest)).toEqual([[], []]);
  });

  it('say why a policy can match nothing', () => {
    expect(
      told(
        policy(1, 9, { sourceSiteTags: ['retail'] }),
        policy(2, 8, { destinationHostSets: ['none' as HostSetId] }),
        policy(3, 7, { sourcePrefixes: [prefix('192.0.2.0/24')] }),
        policy(4, 6, { protocol: 'tcp', not: { protocol: 'tcp' } }),
        policy(5, 5, { destinationSites: [hq!] }, { type: 'breakout', breakout: { labels: ['lte'] } }),
      ),
    ).toEqual([
      ['policy "p1" can match nothing: no site carries the tag retail'],
      ['policy "p2" can match nothing: host set tills is empty'],
      ['policy "p3" can match nothing: no flow between sites meets its conditions'],
      ['policy "p4" can match nothing: no flow between sites meets its conditions'],
      ['policy "p5" can match nothing: no flow from a site to an address of none meets its conditions'],
    ]);
  });

  it('tell of equal priorities that do different things with the same traffic', () => {
    const drop: PolicyAction = { type: 'drop' };
    expect(told(policy(1, 9, web), policy(2, 9, { sourceSites: [hq!] }, drop))).toEqual([
      [],
      [expect.stringContaining('policies "p1" and "p2" have the same priority 9')],
    ]);
    expect(told(policy(1, 9, web), policy(2, 9, { sourceSites: [hq!] }))).toEqual([[], []]);
    expect(told(policy(1, 9, web), policy(2, 9, { protocol: 'udp' }, drop))).toEqual([[], []]);
  });

  it('are not made of conditions that edges learn', () => {
    const learned = { ...web, applications: ['zoom'] } as PolicyMatch;
    expect(told(policy(1, 9, learned), policy(2, 8, web))).toEqual([[], []]);
    expect(told(policy(1, 9, web), policy(2, 8, learned))[1]).toHaveLength(1);
  });

  it('look for those that a change may concern', () => {
    const analysis = new PolicyAnalysis(
      [policy(1, 9, web), policy(2, 8, { protocol: 'udp' }), policy(3, 0, {})],
      world,
    );
    expect(analysis.affected(0)).toEqual([0, 2]);
    expect(analysis.affected(1)).toEqual([1, 2]);
  });
});
