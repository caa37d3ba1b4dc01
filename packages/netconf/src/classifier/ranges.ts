import { isIpv6, prefixRange, type Prefix } from '@patronus/core';
import type { Family } from '../kernel-state.ts';

/** Numbers from `first` to `last`, both included. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Sorted, disjoint and not adjacent. */
export type Ranges = readonly Range[];

/** The numbers that are in any of the ranges. */
export function unite(ranges: readonly Range[]): Ranges {
  const sorted = ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const united: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const before = united.at(-1);
    if (before === undefined || first > before.last + 1n) united.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return united;
}

/** The numbers that are in both. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  const shared: Range[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, two] = [a[i]!, b[j]!];
    const first = one.first > two.first ? one.first : two.first;
    const last = one.last < two.last ? one.last : two.last;
    if (first <= last) shared.push({ first, last });
    if (one.last < two.last) i += 1;
    else j += 1;
  }
  return shared;
}

/** The addresses of one family, as numbers, that prefixes hold; the same list is worked out once. */
export class PrefixRanges {
  readonly #family: Family;
  readonly #known = new WeakMap<readonly Prefix[], Ranges>();

  constructor(family: Family) {
    this.#family = family;
  }

  of(prefixes: readonly Prefix[]): Ranges {
    const known = this.#known.get(prefixes);
    if (known !== undefined) return known;
    const ours = prefixes.filter((prefix) => isIpv6(prefix) === (this.#family === 'inet6'));
    const made = unite(ours.map(prefixRange));
    this.#known.set(prefixes, made);
    return made;
  }
}
