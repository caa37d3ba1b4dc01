import { contentHash, type DomainPattern, type Prefix, type SiteId } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import { familySuffix } from './families.ts';
import type { Family, NameSet, PrefixSet } from './kernel-state.ts';
import { byText, disjointPrefixes } from './prefix-set.ts';
import type { SetRegistry } from './ruleset-match.ts';

/** The named sets of a ruleset: one per site, one of all, and one per distinct list that a policy names. */
export class SiteSets implements SetRegistry {
  readonly #sets = new Map<string, PrefixSet>();
  readonly #names = new Map<string, NameSet>();
  readonly #lists = new Map<string, readonly Prefix[]>();
  readonly #localId: SiteId;
  readonly #prefixesBySite: ReadonlyMap<SiteId, { readonly name: string; readonly prefixes: readonly Prefix[] }>;

  constructor(document: SiteDocument) {
    this.#prefixesBySite = new Map([
      [document.site.id, { name: 'site_local', prefixes: document.site.prefixes }],
      ...document.remoteSites.map(({ id, index, prefixes }) => [id, { name: `site_${index}`, prefixes }] as const),
    ]);
    this.#localId = document.site.id;
  }

  /** Prefixes of these sites; the same list for the same sites. */
  prefixesOf(sites: readonly SiteId[]): readonly Prefix[] {
    const key = [...new Set(sites)].toSorted().join();
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const made = sites.flatMap((id) => this.#prefixesBySite.get(id)?.prefixes ?? []);
    this.#lists.set(key, made);
    return made;
  }

  local(family: Family): string | null {
    return this.ofSites([this.#localId], family);
  }

  every(family: Family): string | null {
    const prefixes = [...this.#prefixesBySite.values()].flatMap((site) => site.prefixes);
    return this.#define('sites', prefixes, family);
  }

  ofSites(sites: readonly SiteId[], family: Family): string | null {
    const known = [...new Set(sites)].flatMap((id) => this.#prefixesBySite.get(id) ?? []);
    const prefixes = known.flatMap((site) => site.prefixes);
    return this.#define(known.length === 1 ? known[0]!.name : listName('sites', prefixes), prefixes, family);
  }

  ofPrefixes(prefixes: readonly Prefix[], family: Family): string {
    return this.#define(listName('prefixes', prefixes), prefixes, family)!;
  }

  ofNames(patterns: readonly DomainPattern[], family: Family): string {
    const wanted = [...new Set(patterns)].toSorted(byText);
    const name = nameSetName(wanted, family);
    if (!this.#names.has(name)) this.#names.set(name, { name, family, patterns: wanted });
    return name;
  }

  /** The sets of addresses that are learned. */
  learned(): NameSet[] {
    return [...this.#names.values()].toSorted((a, b) => byText(a.name, b.name));
  }

  all(): PrefixSet[] {
    return [...this.#sets.values()].toSorted((a, b) => byText(a.name, b.name));
  }

  #define(baseName: string, prefixes: readonly Prefix[], family: Family): string | null {
    const name = `${baseName}_${familySuffix(family)}`;
    if (this.#sets.has(name)) return name;
    const elements = disjointPrefixes(prefixes, family);
    if (elements.length === 0) return null;
    this.#sets.set(name, { name, family, elements });
    return name;
  }
}

/** Every set with such a name holds addresses that were learned. */
export const nameSetPrefix = 'names_';

/** The set of addresses of one family that any of these names means. */
export const nameSetName = (patterns: readonly DomainPattern[], family: Family): string =>
  `${nameSetPrefix}${contentHash([...new Set(patterns)].toSorted(byText)).slice(0, 8)}_${familySuffix(family)}`;

const listName = (kind: string, prefixes: readonly Prefix[]): string =>
  `${kind}_${contentHash(prefixes.toSorted(byText)).slice(0, 8)}`;
