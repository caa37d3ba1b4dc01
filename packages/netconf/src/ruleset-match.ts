import {
  isIpv6,
  prefixLength,
  type IpProtocol,
  type MatchClause,
  type PolicyMatch,
  type PortRange,
  type Prefix,
  type SiteId,
} from '@patronus/core';
import type { Family } from './kernel-state.ts';

/** Where the prefixes of clauses become named sets. */
export interface SetRegistry {
  /** The name of the set that holds the prefixes of these sites in this family, or null when there are none. */
  ofSites(sites: readonly SiteId[], family: Family): string | null;
  /** The name of the set that holds these prefixes, all of one family. */
  ofPrefixes(prefixes: readonly Prefix[], family: Family): string;
}

/**
 * The conditions, in nft syntax, under which a flow's first packet matches: it matches when any of the answered texts
 * holds. Addresses, ports and protocol are read from the flow's original direction, so that a reply that is classified
 * again meets the same policy; DSCP is the packet's own. An empty list never matches.
 */
export function matchTexts(match: PolicyMatch, sets: SetRegistry): string[] {
  const alternatives = match.anyOf === undefined || match.anyOf.length === 0 ? [{}] : match.anyOf;
  return [...new Set(alternatives.flatMap((alternative) => conjunctionTexts([match, alternative], sets)))];
}

/** Whether the match looks at something that only packets of the original direction carry. */
export const looksAtDscp = (match: PolicyMatch): boolean =>
  [match, ...(match.anyOf ?? [])].some((clause) => isGiven(clause.dscp));

function conjunctionTexts(clauses: readonly MatchClause[], sets: SetRegistry): string[] {
  const protocols = protocolsOf(clauses);
  const portTexts = clauses.flatMap((clause) => [
    portAlternatives('proto-src', clause.sourcePorts),
    portAlternatives('proto-dst', clause.destinationPorts),
  ]);
  const families: (Family | null)[] = clauses.some(needsFamily) ? ['inet', 'inet6'] : [null];
  return families.flatMap((family) => {
    const addresses = family === null ? [] : clauses.map((clause) => addressTexts(clause, family, sets));
    if (addresses.includes(null)) return [];
    const fixed = addresses.flatMap((texts) => texts ?? []);
    return product([protocols, ...portTexts]).map((texts) => [...fixed, ...texts].filter(Boolean).join(' '));
  });
}

/** Conditions on addresses and DSCP within one family; null when no packet of this family can hold them. */
function addressTexts(clause: MatchClause, family: Family, sets: SetRegistry): string[] | null {
  const ip = family === 'inet' ? 'ip' : 'ip6';
  const texts: string[] = [];
  for (const [side, sites, prefixes] of [
    ['saddr', clause.sourceSites, clause.sourcePrefixes],
    ['daddr', clause.destinationSites, clause.destinationPrefixes],
  ] as const) {
    if (isGiven(sites)) {
      const set = sets.ofSites(sites, family);
      if (set === null) return null;
      texts.push(`ct original ${ip} ${side} @${set}`);
    }
    if (isGiven(prefixes)) {
      const ours = prefixes.filter((prefix) => isIpv6(prefix) === (family === 'inet6'));
      if (ours.length === 0) return null;
      const all = ours.some((prefix) => prefixLength(prefix) === 0);
      texts.push(
        all ? `meta nfproto ${nfproto[family]}` : `ct original ${ip} ${side} @${sets.ofPrefixes(ours, family)}`,
      );
    }
  }
  if (isGiven(clause.dscp)) texts.push(`${ip} dscp { ${[...new Set(clause.dscp)].toSorted(byNumber).join(', ')} }`);
  return texts;
}

const nfproto: Record<Family, string> = { inet: 'ipv4', inet6: 'ipv6' };
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
function protocolsOf(clauses: readonly MatchClause[]): string[] {
  const named = new Set(clauses.flatMap((clause) => clause.protocol ?? []));
  const ported = clauses.some((clause) => isGiven(clause.sourcePorts) || isGiven(clause.destinationPorts));
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

const needsFamily = (clause: MatchClause): boolean =>
  isGiven(clause.sourceSites) ||
  isGiven(clause.destinationSites) ||
  isGiven(clause.sourcePrefixes) ||
  isGiven(clause.destinationPrefixes) ||
  isGiven(clause.dscp);

const isGiven = <T>(list: readonly T[] | undefined): list is readonly T[] => list !== undefined && list.length > 0;

const byNumber = (a: number, b: number): number => a - b;

const product = (lists: readonly (readonly string[])[]): string[][] =>
  lists.reduce<string[][]>((heads, list) => heads.flatMap((head) => list.map((item) => [...head, item])), [[]]);
