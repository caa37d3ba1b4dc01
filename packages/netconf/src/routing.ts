import {
  blackholeNextHop,
  classMark,
  classTable,
  defaultClass,
  groupNextHop,
  isIpv6,
  markMask,
  networkPrefix,
  prefixContains,
  tunnelNextHop,
  uplinkMark,
  uplinkTable,
  type Address,
  type Policy,
  type Prefix,
} from '@patronus/core';
import { breaksOut } from '@patronus/policy';
import type { SiteDocument, LocalEndpoint } from '@patronus/protocol';
import { breakoutRoutes } from './breakout.ts';
import { stampSize } from './duplication.ts';
import {
  mainTable,
  type Family,
  type NextHop,
  type NextHopGroup,
  type Route,
  type RoutingRule,
  type RuleAction,
} from './kernel-state.ts';
import type { LocalFacts, SteeringDecision, UplinkFacts } from './local-facts.ts';
import { disjointPrefixes, familyOf } from './prefix-set.ts';

/**
 * Priorities of our rules, before the main table's 32766. The most frequent packets meet theirs first: encrypted ones, what
 * came out of a tunnel for our LAN, then those of a class. Then come packets with an address of an uplink, and last what has
 * no class.
 */
const priorities = {
  pinned: 10_000,
  local: 10_900,
  withoutClass: 10_910,
  signposts: 10_920,
  class: 11_000,
  afterClasses: 15_097,
  direct: 15_100,
  fromUplink: 15_200,
  unmarked: 16_000,
};

/** Behind every default route of an uplink, so that what is pinned to it never leaves by another. */
const lastResortMetric = 4_278_198_272;

/** What the kernel reads where an IPv6 route names no metric. */
const ipv6Metric = 1024;

export const compileNextHops = (document: SiteDocument): NextHop[] => [
  { id: blackholeNextHop, device: null },
  ...document.tunnels.map(({ name, localSlot, remoteSlot }) => ({
    id: tunnelNextHop(localSlot, remoteSlot),
    device: name,
  })),
];

/** A group per class and remote site, holding what steering decided, or else nothing but the blackhole. */
export function compileGroups(document: SiteDocument, decisions: readonly SteeringDecision[]): NextHopGroup[] {
  const tunnels = new Map(document.tunnels.map((tunnel) => [tunnel.name, tunnel]));
  const paths = new Map(document.paths.map((path) => [path.id, path]));
  const decided = new Map(decisions.map((decision) => [`${decision.policyId} ${decision.siteId}`, decision]));
  const membersFor = (policyId: number, siteId: string) =>
    (decided.get(`${policyId} ${siteId}`)?.paths ?? []).flatMap(({ pathId, weight }) => {
      const path = paths.get(pathId);
      const tunnel = path?.remoteSiteId === siteId ? tunnels.get(path.tunnel) : undefined;
      if (tunnel === undefined) return [];
      return [{ nextHop: tunnelNextHop(tunnel.localSlot, tunnel.remoteSlot), weight: kernelWeight(weight) }];
    });
  const steered = document.policies.filter((policy) => !breaksOut(policy));
  return steered.flatMap((policy) =>
    document.remoteSites.map((site) => {
      const members = membersFor(policy.id, site.id);
      return {
        id: groupNextHop(policy.class, site.index),
        members: members.length > 0 ? members : [{ nextHop: blackholeNextHop, weight: 1 }],
      };
    }),
  );
}

const kernelWeight = (weight: number): number => Math.min(256, Math.max(1, Math.round(weight)));

export function compileRoutes(document: SiteDocument, facts: LocalFacts): Route[] {
  const source = (family: Family): Address | null =>
    facts.lanAddresses.find(
      (address) => familyOf(address) === family && document.site.prefixes.some((lan) => prefixContains(lan, address)),
    ) ?? null;
  const sources: Record<Family, Address | null> = { inet: source('inet'), inet6: source('inet6') };
  return [
    ...document.policies.flatMap((policy) => classRoutes(policy, document, sources)),
    ...document.policies
      .filter(breaksOut)
      .flatMap((policy) => families(facts).flatMap((family) => breakoutRoutes(document, policy, facts, family))),
    ...document.endpoints.flatMap((endpoint) => uplinkRoutes(endpoint, facts)),
    ...document.tunnels.flatMap(({ name, probeAddress, peers }) =>
      peers.map((peer) => deviceRoute(mainTable, `${peer.probeAddress}/32` as Prefix, name, { source: probeAddress })),
    ),
  ];
}

/**
 * Packets that are to be stamped must leave room for it: senders hear of the smaller size as of any narrow link. What breaks
 * out takes the paths of the default policy where it goes to a site after all, as answers from the Internet do at a hub.
 */
const classRoutes = (policy: Policy, document: SiteDocument, sources: Record<Family, Address | null>): Route[] =>
  document.remoteSites.flatMap((site) =>
    site.prefixes.map((destination) => {
      const family = familyOf(destination);
      return {
        family,
        table: classTable(policy.class),
        destination,
        metric: family === 'inet' ? 0 : ipv6Metric,
        target: { type: 'next_hop', id: groupNextHop(breaksOut(policy) ? defaultClass : policy.class, site.index) },
        source: sources[family],
        ...(policy.action.duplicate === true ? { mtu: smallestMtu(document) - stampSize } : {}),
      };
    }),
  );

const smallestMtu = ({ tunnels }: SiteDocument): number => Math.min(1500, ...tunnels.map(({ mtu }) => mtu));

/** The subnets of the uplink, its default, and nothing else: a packet pinned here must not leave by another uplink. */
function uplinkRoutes({ slot, device }: LocalEndpoint, facts: LocalFacts): Route[] {
  const table = uplinkTable(slot);
  const uplink = facts.uplinks[device];
  const lastResort = families(facts).map((family): Route => ({
    family,
    table,
    destination: 'default',
    metric: lastResortMetric,
    target: { type: 'unreachable' },
    source: null,
  }));
  if (uplink === undefined) return lastResort;
  const subnets = globalAddresses(uplink, facts)
    .filter(({ address, prefixLength }) => prefixLength < (isIpv6(address) ? 128 : 32))
    .map(({ address, prefixLength }) =>
      deviceRoute(table, networkPrefix(address, prefixLength), device, { source: address }),
    );
  const defaults = families(facts)
    .filter((family) => reachesOut(uplink, family))
    .map((family) => deviceRoute(table, 'default', device, { gateway: gatewayOf(uplink, family), family }));
  return [...uniqueByDestination(subnets), ...defaults, ...lastResort];
}

const gatewayOf = (uplink: UplinkFacts, family: Family): Address | null =>
  family === 'inet' ? uplink.gateway : uplink.gateway6;

const reachesOut = (uplink: UplinkFacts, family: Family): boolean =>
  gatewayOf(uplink, family) !== null ||
  uplink.addresses.some(({ address }) => familyOf(address) === family && !isLinkLocal(address));

function deviceRoute(
  table: number,
  destination: Prefix | 'default',
  device: string,
  more: { gateway?: Address | null; source?: Address; family?: Family },
): Route {
  const family = more.family ?? (destination === 'default' ? 'inet' : familyOf(destination));
  return {
    family,
    table,
    destination,
    metric: family === 'inet' ? 0 : ipv6Metric,
    target: { type: 'device', device, gateway: more.gateway ?? null },
    source: more.source ?? null,
  };
}

export function compileRules(document: SiteDocument, facts: LocalFacts): RoutingRule[] {
  const perFamily = (priority: number, mark: number, table: number): RoutingRule[] =>
    families(facts).map((family) => ({
      family,
      priority,
      fwmark: { value: mark, mask: markMask },
      from: null,
      to: null,
      table,
      suppressPrefixLength: null,
    }));
  return [
    ...document.endpoints.flatMap(({ slot }) =>
      perFamily(priorities.pinned + slot, uplinkMark(slot), uplinkTable(slot)),
    ),
    ...localRules(document, facts),
    ...document.endpoints.flatMap((endpoint) => sourceRules(endpoint, facts)),
    ...signposts(document, facts),
    ...document.policies.flatMap((policy) =>
      perFamily(priorities.class + policy.class, classMark(policy.class), classTable(policy.class)),
    ),
    ...perFamily(priorities.unmarked, 0, classTable(defaultClass)),
  ];
}

/** With more policies than this, signposts save more rules than they are. */
const mostWithoutSignposts = 16;
/** Classes of one signpost: with 1,000 policies a packet passes 16 signposts and 64 rules at most, in place of 1,000. */
const classesPerSignpost = 64;

/** The kernel goes through rules one by one: signposts lead packets to those of their class, and what has none past all. */
function signposts({ policies }: SiteDocument, facts: LocalFacts): RoutingRule[] {
  if (policies.length <= mostWithoutSignposts) return [];
  const blocks = Map.groupBy(policies, (policy) => Math.floor(policy.class / classesPerSignpost));
  const blockMask = classMark(0xfff & ~(classesPerSignpost - 1)) | (markMask & ~classMark(0xfff));
  return families(facts).flatMap((family) => {
    const rule = (priority: number, fwmark: RoutingRule['fwmark'], action: RuleAction): RoutingRule => {
      return { family, priority, fwmark, from: null, to: null, table: 0, suppressPrefixLength: null, action };
    };
    return [
      rule(priorities.withoutClass, { value: 0, mask: markMask }, { goto: priorities.afterClasses }),
      ...[...blocks].map(([block, members]) => {
        const mark = { value: classMark(block * classesPerSignpost), mask: blockMask };
        const goto = priorities.class + Math.min(...members.map((policy) => policy.class));
        return rule(priorities.signposts + block, mark, { goto });
      }),
      rule(priorities.afterClasses, null, 'nop'),
    ];
  });
}

/**
 * The main table alone knows the way to our own LAN, and the class tables nothing of it: a packet from a tunnel need not be
 * looked up in all of them first.
 */
const localRules = ({ site }: SiteDocument, facts: LocalFacts): RoutingRule[] =>
  families(facts).flatMap((family) =>
    disjointPrefixes(site.prefixes, family).map((prefix) => ({
      family,
      priority: priorities.local,
      fwmark: null,
      from: null,
      to: prefix,
      table: mainTable,
      suppressPrefixLength: null,
    })),
  );

/** What is sent from an uplink's own address leaves by that uplink, unless the main table knows more than a default. */
const sourceRules = ({ slot, device }: LocalEndpoint, facts: LocalFacts): RoutingRule[] => {
  const uplink = facts.uplinks[device];
  if (uplink === undefined) return [];
  return globalAddresses(uplink, facts).flatMap(({ address }) => {
    const common = { family: familyOf(address), fwmark: null, from: address, to: null };
    return [
      { ...common, priority: priorities.direct + slot, table: mainTable, suppressPrefixLength: 0 },
      { ...common, priority: priorities.fromUplink + slot, table: uplinkTable(slot), suppressPrefixLength: null },
    ];
  });
};

const families = (facts: LocalFacts): Family[] => (facts.ipv6 ? ['inet', 'inet6'] : ['inet']);

const isLinkLocal = (address: Address): boolean => /^fe[89ab]/.test(address);

const globalAddresses = (uplink: UplinkFacts, facts: LocalFacts): UplinkFacts['addresses'] =>
  uplink.addresses.filter(({ address }) => !isLinkLocal(address) && (facts.ipv6 || !isIpv6(address)));

const uniqueByDestination = (routes: readonly Route[]): Route[] => [
  ...new Map(routes.map((route) => [route.destination, route])).values(),
];
