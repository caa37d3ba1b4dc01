import { isIpv6, prefixBits, type Address, type Prefix } from '@patronus/core';
import type { Family } from './kernel-state.ts';

export const familyOf = (of: Prefix | Address): Family => (isIpv6(of) ? 'inet6' : 'inet');

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The prefixes of a family without those that lie in another one, in order: interval sets refuse overlaps. */
export function disjointPrefixes(prefixes: Iterable<Prefix>, family: Family): Prefix[] {
  const sorted = [...new Set(prefixes)]
    .filter((prefix) => familyOf(prefix) === family)
    .map((prefix) => ({ prefix, bits: prefixBits(prefix) }))
    .toSorted((a, b) => byText(a.bits, b.bits));
  const kept: typeof sorted = [];
  for (const candidate of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !candidate.bits.startsWith(last.bits)) kept.push(candidate);
  }
  return kept.map(({ prefix }) => prefix);
}
