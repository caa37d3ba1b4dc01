import {
  intersectRanges,
  uniteRanges,
  type IpProtocol,
  type PortRange,
  type Prefix,
  type Ranges,
  type SiteId,
} from '@patronus/core';
import type { PlainConditions } from '@patronus/policy';
import type { PrefixRanges } from './prefix-ranges.ts';

/**
 * Where in the space of headers a term may match: it matches nowhere else, and not necessarily everywhere within. Null:
 * anywhere along that axis.
 */
export interface Box {
  readonly sources: Ranges | null;
  readonly destinations: Ranges | null;
  readonly protocol: IpProtocol | null;
  /** Destination ports; given only with a protocol that has ports. */
  readonly ports: Ranges | null;
}

/** What boxes are made from: prefixes of sites, and prefixes as numbers. */
export interface AddressSpace {
  prefixesOf(sites: readonly SiteId[]): readonly Prefix[];
  readonly ranges: PrefixRanges;
  /** The last address of the family. */
  readonly last: bigint;
}

const withPorts: readonly (IpProtocol | null)[] = ['tcp', 'udp', 'sctp'];

/** The box of conditions that must hold together; null when there is no such packet. */
export function boxOf(parts: readonly PlainConditions[], space: AddressSpace): Box | null {
  const lists = (side: 'source' | 'destination'): readonly Prefix[][] =>
    parts.flatMap((part) => {
      const sites = side === 'source' ? part.sourceSites : part.destinationSites;
      const prefixes = side === 'source' ? part.sourceLists : part.destinationLists;
      return [...(sites === undefined ? [] : [space.prefixesOf(sites)]), ...prefixes] as Prefix[][];
    });
  const named = new Set(parts.flatMap(({ protocol }) => protocol ?? []));
  const protocol = [...named][0] ?? null;
  const sources = shared(lists('source').map((list) => space.ranges.of(list)));
  const destinations = shared(lists('destination').map((list) => space.ranges.of(list)));
  const ports = shared(
    parts.flatMap(({ destinationPorts }) => (destinationPorts ? [portRanges(destinationPorts)] : [])),
  );
  if (named.size > 1 || [sources, destinations, ports].some((ranges) => ranges?.length === 0)) return null;
  const narrow = (ranges: Ranges | null): Ranges | null =>
    ranges?.length === 1 && ranges[0]!.first === 0n && ranges[0]!.last === space.last ? null : ranges;
  return {
    sources: narrow(sources),
    destinations: narrow(destinations),
    protocol,
    ports: withPorts.includes(protocol) ? ports : null,
  };
}

const shared = (lists: readonly Ranges[]): Ranges | null =>
  lists.length === 0 ? null : lists.reduce((both, list) => intersectRanges(both, list));

const portRanges = (ports: readonly PortRange[]): Ranges =>
  uniteRanges(ports.map(({ from, to }) => ({ first: BigInt(from), last: BigInt(to) })));
