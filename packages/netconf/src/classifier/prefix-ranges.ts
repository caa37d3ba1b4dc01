import { isIpv6, prefixRange, uniteRanges, type Prefix, type Ranges } from '@patronus/core';
import type { Family } from '../kernel-state.ts';

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
    const made = uniteRanges(ours.map(prefixRange));
    this.#known.set(prefixes, made);
    return made;
  }
}
