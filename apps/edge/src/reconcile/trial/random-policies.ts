import {
  prefix,
  type Address,
  type HostSetId,
  type IpProtocol,
  type MatchClause,
  type Policy,
  type PolicyAction,
  type SiteId,
} from '@patronus/core';
import type { Flow, PolicyWorld, SiteFacts } from '@patronus/policy';

/** Uniform whole numbers below a bound, from a seed. */
export type Below = (bound: number) => number;

const uuid = (kind: number, index: number): string => `0000000${kind}-0000-4000-8000-00000000000${index}`;
const siteAt = (index: number, facts: Partial<SiteFacts>): SiteFacts => ({
  id: uuid(1, index) as SiteId,
  name: `site ${index}`,
  prefixes: [prefix(`10.${index}.0.0/16`), prefix(`2001:db8:${index}::/48`)],
  ...facts,
});

/** Three sites, the first of them the edge's own, and two host sets that overlap with them and each other. */
export const randomWorld: PolicyWorld = {
  sites: [
    siteAt(0, { tags: ['hub'] }),
    siteAt(1, { tags: ['shop', 'north'], timeZone: 'Europe/Vienna' }),
    siteAt(2, { tags: ['shop'], timeZone: 'Asia/Tokyo' }),
  ],
  hostSets: [
    {
      id: uuid(2, 0) as HostSetId,
      name: 'tills',
      prefixes: ['10.0.1.0/24', '10.1.1.0/24', '10.2.0.0/15', '2001:db8:1:8000::/49', '192.0.2.0/28'].map(prefix),
    },
    {
      id: uuid(2, 1) as HostSetId,
      name: 'printers',
      prefixes: ['10.1.1.128/25', '10.0.0.9/32', '2001:db8::9/128', '192.0.2.7/32', '198.51.100.0/24'].map(prefix),
    },
  ],
};

const prefixes = [
  '10.0.0.0/8', '10.0.0.0/17', '10.0.1.0/24', '10.0.1.7/32', '10.1.0.0/16', '10.1.1.0/25', '10.2.3.0/24', '192.0.2.0/24',
  '2001:db8::/32', '2001:db8:1::/48', '2001:db8:1:8000::/50', '2001:db8:2::7/128', '0.0.0.0/0', '::/0',
].map(prefix); // prettier-ignore
const portRanges = [[53, 53], [80, 443], [443, 443], [0, 1023], [1024, 65_535], [5060, 5061], [16_384, 32_767]]; // prettier-ignore
const protocols: readonly IpProtocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp'];
const schedules = [[{ from: '08:00', to: '18:00' }], [{ from: '22:00', to: '06:00' }], [{ days: ['fri'] as const }]];
const withPorts: readonly IpProtocol[] = ['tcp', 'udp', 'sctp'];

const pick = <T>(below: Below, from: readonly T[]): T => from[below(from.length)]!;
const some = <T>(below: Below, from: readonly T[]): T[] => {
  const first = pick(below, from);
  return below(3) === 0 ? [first, pick(below, from)] : [first];
};

/** One to three kinds of conditions. */
function randomConditions(below: Below): MatchClause {
  const sites = randomWorld.sites.map(({ id }) => id);
  const sets = randomWorld.hostSets.map(({ id }) => id);
  const kinds: (() => MatchClause)[] = [
    () => ({ sourceSites: some(below, sites) }),
    () => ({ destinationSites: some(below, sites) }),
    () => ({ sourceSiteTags: [pick(below, ['shop', 'north', 'hub', 'none'])] }),
    () => ({ destinationSiteTags: [pick(below, ['shop', 'hub'])] }),
    () => ({ sourceHostSets: some(below, sets) }),
    () => ({ destinationHostSets: some(below, sets) }),
    () => ({ sourcePrefixes: some(below, prefixes) }),
    () => ({ destinationPrefixes: some(below, prefixes) }),
    () => ({ destinationPrefixes: some(below, prefixes) }),
    () => ({ protocol: pick(below, protocols) }),
    () => ({ protocol: pick(below, withPorts), destinationPorts: randomPorts(below) }),
    () => ({ protocol: pick(below, withPorts), destinationPorts: randomPorts(below) }),
    () => ({ protocol: pick(below, withPorts), sourcePorts: randomPorts(below) }),
    () => ({ dscp: [pick(below, [0, 8, 34, 46])] }),
    () => ({ schedule: pick(below, schedules) }),
  ];
  return Object.assign({}, ...Array.from({ length: 1 + below(3) }, () => pick(below, kinds)())) as MatchClause;
}

const randomPorts = (below: Below) => some(below, portRanges).map(([from, to]) => ({ from: from!, to: to! }));

function randomAction(below: Below): PolicyAction {
  const kind = below(5);
  if (kind === 0) return { type: 'drop' };
  return kind === 1 ? { type: 'breakout', breakout: { labels: ['mpls'] } } : { type: 'steer' };
}

/** So many policies in order of evaluation, the default one last. Some of them match much, most match little. */
export function randomPolicies(below: Below, count: number): Policy[] {
  const made = Array.from({ length: count }, (_, index): Policy => {
    const clause = { ...randomConditions(below), ...(below(4) === 0 ? { not: randomConditions(below) } : {}) };
    const anyOf = below(4) === 0 ? { anyOf: [randomConditions(below), randomConditions(below)] } : {};
    const head = { id: index + 2, class: index + 2, priority: 1_000 - index, name: `policy ${index + 2}` };
    return { ...head, match: { ...clause, ...anyOf }, action: randomAction(below) };
  });
  const fallback = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } } as const;
  return [...made, fallback];
}

const hosts4 = [
  '10.0.0.9', '10.0.1.7', '10.0.1.200', '10.0.200.1', '10.1.1.5', '10.1.1.200', '10.1.9.9', '10.2.3.4', '10.2.200.1',
  '192.0.2.7', '192.0.2.99', '198.51.100.3', '203.0.113.5',
] as Address[]; // prettier-ignore
const hosts6 = [
  '2001:db8::9', '2001:db8:0:1::1', '2001:db8:1::5', '2001:db8:1:8000::1', '2001:db8:1:f000::1', '2001:db8:2::7',
  '2001:db8:2::8', '2001:db8:ffff::1',
] as Address[]; // prettier-ignore
const ports = [0, 53, 80, 443, 1023, 1024, 5060, 16_384, 32_767, 65_535];

/** A flow that begins or ends in some site, mostly the edge's own. */
export function randomFlow(below: Below): Flow {
  const hosts = below(3) === 0 ? hosts6 : hosts4;
  const protocol = pick(below, [...protocols, 'tcp' as const, 'udp' as const]);
  const ported = withPorts.includes(protocol);
  return {
    source: pick(below, hosts),
    destination: pick(below, hosts),
    protocol,
    sourcePort: ported ? pick(below, ports) : null,
    destinationPort: ported ? pick(below, ports) : null,
    dscp: pick(below, [0, 8, 34, 46]),
  };
}
