import { prefix, type Application, type DomainPattern, type MatchClause, type PolicyMatch } from '@patronus/core';
import { plainTerms } from '@patronus/policy';
import { siteIdAt } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import type { Family } from './kernel-state.ts';
import { termTexts, type SetRegistry } from './ruleset-match.ts';

const sets: SetRegistry = {
  ofSites: (sites, family) => (family === 'inet6' ? null : `sites${sites.length}`),
  ofPrefixes: (prefixes, family) => `${family}_${prefixes.join('+')}`,
  ofNames: (patterns, family) => `${family}_${patterns.join('+')}`,
};
const domain = (text: string): DomainPattern => text as DomainPattern;
const world = { sites: [], hostSets: [] };
const texts = (match: PolicyMatch, family: Family = 'inet'): string[] =>
  plainTerms(match, world, 0).flatMap((term) => termTexts(term, family, sets).any);

describe('what a policy matches, as nft conditions', () => {
  it.each<[string, MatchClause, string[]]>([
    ['everything', {}, ['']],
    ['a protocol', { protocol: 'udp' }, ['meta l4proto udp']],
    ['both kinds of ICMP', { protocol: 'icmp' }, ['meta l4proto { icmp, ipv6-icmp }']],
    [
      'any of several port ranges',
      {
        protocol: 'tcp',
        destinationPorts: [
          { from: 80, to: 80 },
          { from: 8000, to: 8099 },
        ],
      },
      ['meta l4proto tcp ct original proto-dst 80', 'meta l4proto tcp ct original proto-dst 8000-8099'],
    ],
    [
      'ports of every protocol that has ports',
      { sourcePorts: [{ from: 53, to: 53 }] },
      ['tcp', 'udp', 'sctp'].map((protocol) => `meta l4proto ${protocol} ct original proto-src 53`),
    ],
    ['nothing, by ports of a protocol without any', { protocol: 'gre', sourcePorts: [{ from: 1, to: 2 }] }, []],
    ['DSCP, each once', { dscp: [46, 8, 46] }, ['ip dscp { 8, 46 }']],
    [
      'sites, in the families they have',
      { sourceSites: [siteIdAt(1)], destinationSites: [siteIdAt(2), siteIdAt(3)] },
      ['ct original ip saddr @sites1 ct original ip daddr @sites2'],
    ],
    [
      'prefixes of one family only within it',
      { destinationPrefixes: [prefix('10.1.0.0/16')] },
      ['ct original ip daddr @inet_10.1.0.0/16'],
    ],
    [
      'nothing, by prefixes of different families',
      { sourcePrefixes: [prefix('10.0.0.0/8')], destinationPrefixes: [prefix('2001:db8::/32')] },
      [],
    ],
    ['all of the family, without a set', { sourcePrefixes: [prefix('0.0.0.0/0')] }, ['']],
    ['any, for an empty list', { sourcePrefixes: [], dscp: [], sourceSites: [] }, ['']],
  ])('matches %s', (_name, match, expected) => {
    expect(texts(match)).toEqual(expected);
  });

  it('needs the flat clause and one of the alternatives', () => {
    const match: PolicyMatch = {
      destinationPrefixes: [prefix('10.1.0.0/16')],
      anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 5060, to: 5060 }] }, { dscp: [46] }],
    };
    expect(texts(match)).toEqual([
      'ct original ip daddr @inet_10.1.0.0/16 meta l4proto udp ct original proto-dst 5060',
      'ct original ip daddr @inet_10.1.0.0/16 ip dscp { 46 }',
    ]);
  });

  it('needs the ports of both where clause and alternative have some', () => {
    const ports = (from: number, to: number) => ({ destinationPorts: [{ from, to }] });
    expect(texts({ protocol: 'tcp', ...ports(1, 1023), anyOf: [ports(80, 80)] })).toEqual([
      'meta l4proto tcp ct original proto-dst 1-1023 ct original proto-dst 80',
    ]);
  });

  it('reads the headers of the other family for its packets', () => {
    const match: PolicyMatch = { sourcePrefixes: [prefix('2001:db8::/32'), prefix('10.0.0.0/8')], dscp: [46] };
    expect(texts(match, 'inet6')).toEqual(['ct original ip6 saddr @inet6_2001:db8::/32 ip6 dscp { 46 }']);
  });

  it('tells apart what is left out, and leaves out what no packet of the family can be', () => {
    const not = { sourcePrefixes: [prefix('10.1.0.0/16')], protocol: 'udp' as const };
    const [term] = plainTerms({ protocol: 'tcp', not }, world, 0);
    expect(termTexts(term!, 'inet', sets)).toEqual({
      any: ['meta l4proto tcp'],
      none: ['ct original ip saddr @inet_10.1.0.0/16 meta l4proto udp'],
    });
    expect(termTexts(term!, 'inet6', sets).none).toEqual([]);
  });

  describe('of applications', () => {
    const erp: Application = {
      name: 'erp',
      title: 'ERP',
      category: 'business',
      dscp: null,
      signatures: [
        { domains: [domain('erp.example.com')], ports: [{ protocol: 'tcp', from: 8000, to: 8009 }] },
        { prefixes: [prefix('10.9.0.0/24')] },
      ],
    };
    const shell: Application = {
      ...erp,
      name: 'shell',
      category: 'management',
      signatures: [{ ports: [{ protocol: 'tcp', from: 22, to: 22 }] }],
    };
    const knowing = { ...world, applications: [erp, shell] };
    const own = (match: PolicyMatch): string[] =>
      plainTerms(match, knowing, 0).flatMap((term) => termTexts(term, 'inet', sets).any);

    it('is any of their signatures, with server and port together', () => {
      expect(own({ applications: ['erp', 'shell'] })).toEqual([
        'ct original ip daddr @inet_10.9.0.0/24',
        'meta l4proto tcp ct original proto-dst 22',
        'ct original ip daddr @inet_erp.example.com meta l4proto tcp ct original proto-dst 8000-8009',
      ]);
      expect(own({ applicationCategories: ['management'] })).toEqual(['meta l4proto tcp ct original proto-dst 22']);
    });

    it('is narrowed by the other conditions', () => {
      expect(own({ applications: ['erp', 'shell'], protocol: 'udp' })).toEqual([
        'ct original ip daddr @inet_10.9.0.0/24 meta l4proto udp',
      ]);
      expect(own({ applications: ['shell'], applicationCategories: ['business'] })).toEqual([]);
    });

    it('leaves out every signature of what not names', () => {
      const [term] = plainTerms({ not: { applications: ['erp'] } }, knowing, 0);
      expect(termTexts(term!, 'inet', sets).none).toHaveLength(2);
    });

    it('looks servers up by every list of names given', () => {
      expect(own({ domains: [domain('*.example.com')] })).toEqual(['ct original ip daddr @inet_*.example.com']);
    });

    it('that nobody knows is nothing', () => {
      expect(own({ applications: ['gone'] })).toEqual([]);
    });
  });

  it('never matches two protocols at once', () => {
    expect(texts({ protocol: 'tcp', anyOf: [{ protocol: 'udp' }] })).toEqual([]);
  });
});
