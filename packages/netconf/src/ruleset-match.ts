import {
  conditionsOf,
  isIpv6,
  type DomainPattern,
  prefixLength,
  type IpProtocol,
  type PolicyMatch,
  type PortRange,
  type Prefix,
  type SiteId,
} from '@patronus/core';
import type { PlainConditions, PlainTerm } from '@patronus/policy';
import type { Family } from './kernel-state.ts';

/** Where the prefixes of clauses become named sets. */
export interface SetRegistry {
  /** The name of the set that holds the prefixes of these sites in this family, or null when there are none. */
  ofSites(sites: readonly SiteId[], family: Family): string | null;
  /** The name of the set that holds these prefixes, all of one family. */
  ofPrefixes(prefixes: readonly Prefix[], family: Family): string;
  /** The name of the set of addresses that are known by a name that any of these means. */
  ofNames(patterns: readonly DomainPattern[], family: Family): string;
}

/** When a flow's first packet matches: any of `any` holds, and none of `none`. */
export interface MatchTexts {
  readonly any: readonly string[];
  readonly none: readonly string[];
}

/**
 * The conditions of a term in nft syntax, for packets of one family. Addresses, ports and protocol are read from the flow's
 * original direction, so that a reply that is classified again meets the same policy; DSCP is the packet's own. With nothing
 * in `any` it never matches.
 */
export function termTexts({ every, none }: PlainTerm, family: Family, sets: SetRegistry): MatchTexts {
  return {
    any: conjunctionTexts(every, family, sets),
    none: [...new Set(none.flatMap((conditions) => conjunctionTexts([conditions], family, sets)))],
  };
}

/** Whether the match looks at something that only packets of the original direction carry. */
export const looksAtDscp = (match: PolicyMatch): boolean => conditionsOf(match).some(({ dscp }) => isGiven(dscp));

function conjunctionTexts(parts: readonly PlainConditions[], family: Family, sets: SetRegistry): string[] {
  const addresses = parts.map((conditions) => addressTexts(conditions, family, sets));
  if (addresses.includes(null)) return [];
  const portTexts = parts.flatMap((conditions) => [
    portAlternatives('proto-src', conditions.sourcePorts),
    portAlternatives('proto-dst', conditions.destinationPorts),
  ]);
  const fixed = addresses.flatMap((texts) => texts ?? []);
  return product([protocolsOf(parts), ...portTexts]).map((texts) => [...fixed, ...texts].filter(Boolean).join(' '));
}

/** Conditions on addresses and DSCP within one family; null when no packet of this family can hold them. */
function addressTexts(conditions: PlainConditions, family: Family, sets: SetRegistry): string[] | null {
  const ip = family === 'inet' ? 'ip' : 'ip6';
  const texts: string[] = [];
  for (const [side, sites, lists] of [
    ['saddr', conditions.sourceSites, conditions.sourceLists],
    ['daddr', conditions.destinationSites, conditions.destinationLists],
  ] as const) {
    if (sites !== undefined) {
      const set = sets.ofSites(sites, family);
      if (set === null) return null;
      texts.push(`ct original ${ip} ${side} @${set}`);
    }
    for (const prefixes of lists) {
      const ours = prefixes.filter((prefix) => isIpv6(prefix) === (family === 'inet6'));
      if (ours.length === 0) return null;
      const all = ours.some((prefix) => prefixLength(prefix) === 0);
      if (!all) texts.push(`ct original ${ip} ${side} @${sets.ofPrefixes(ours, family)}`);
    }
  }
  for (const patterns of conditions.serverNames ?? []) {
    texts.push(`ct original ${ip} daddr @${sets.ofNames(patterns, family)}`);
  }
  const { dscp } = conditions;
  if (dscp !== undefined) texts.push(`${ip} dscp { ${[...new Set(dscp)].toSorted(byNumber).join(', ')} }`);
  return texts;
}

const protocolNumbers: Record<IpProtocol, string> = {
  tcp: 'tcp',
  udp: 'udp',
  icmp: '{ icmp, ipv6-icmp }',
  sctp: 'sctp',
  gre: 'gre',
  esp: 'esp',
};
const withPorts: readonly IpProtocol[] = ['tcp', 'udp', 'sctp'];

/**
 * One text per protocol that may match. Ports without a protocol are those of every protocol that has ports; each needs
 * its own rule, as nft reads a port of the ct tuple only after a single protocol.
 */
function protocolsOf(parts: readonly PlainConditions[]): string[] {
  const named = new Set(parts.flatMap(({ protocol }) => protocol ?? []));
  const ported = parts.some(({ sourcePorts, destinationPorts }) => isGiven(sourcePorts) || isGiven(destinationPorts));
  if (named.size > 1) return [];
  if (named.size === 0 && !ported) return [''];
  const wanted = named.size === 0 ? withPorts : [...named];
  return wanted
    .filter((protocol) => !ported || withPorts.includes(protocol))
    .map((protocol) => `meta l4proto ${protocolNumbers[protocol]}`);
}

const portAlternatives = (key: string, ranges: readonly PortRange[] | undefined): string[] =>
  isGiven(ranges)
    ? ranges.map(({ from, to }) => `ct original ${key} ${from === to ? String(from) : `${from}-${to}`}`)
    : [''];

const isGiven = <T>(list: readonly T[] | undefined): list is readonly T[] => list !== undefined && list.length > 0;

const byNumber = (a: number, b: number): number => a - b;

const product = (lists: readonly (readonly string[])[]): string[][] =>
  lists.reduce<string[][]>((heads, list) => heads.flatMap((head) => list.map((item) => [...head, item])), [[]]);
