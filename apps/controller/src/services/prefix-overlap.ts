import { isIpv6, prefixRange, type Prefix } from '@patronus/core';

export interface OwnedPrefix {
  readonly prefix: Prefix;
  readonly owner: string;
}

/** Two prefixes that share addresses. */
export interface Overlap {
  readonly a: OwnedPrefix;
  readonly b: OwnedPrefix;
}

/** Overlaps among prefixes, each prefix told at most once, in n log n: prefixes nest or are apart, they never cross. */
export function findOverlaps(prefixes: readonly OwnedPrefix[]): Overlap[] {
  const ranges = prefixes.map((owned) => ({
    owned,
    family: isIpv6(owned.prefix) ? 6 : 4,
    ...prefixRange(owned.prefix),
  }));
  ranges.sort((a, b) => a.family - b.family || compare(a.first, b.first) || compare(b.last, a.last));
  const overlaps: Overlap[] = [];
  let outer = ranges[0];
  for (const range of ranges.slice(1)) {
    const isInside = outer !== undefined && range.family === outer.family && range.first <= outer.last;
    if (isInside) overlaps.push({ a: outer!.owned, b: range.owned });
    else outer = range;
  }
  return overlaps;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
