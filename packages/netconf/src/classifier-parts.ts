import { classMark, contentHash, type Policy } from '@patronus/core';
import { breaksOut, plainTerms, type PlainTerm, type PolicyWorld } from '@patronus/policy';
import type { SiteDocument } from '@patronus/protocol';
import { hasBreakout } from './breakout.ts';
import { boxOf, decisionTree, PrefixRanges, type AddressSpace, type Candidate } from './classifier/index.ts';
import { familySuffix } from './families.ts';
import type { Chain, Family, Ruleset } from './kernel-state.ts';
import { classMask, hex } from './marks.ts';
import { termTexts } from './ruleset-match.ts';
import type { SiteSets } from './site-sets.ts';

/** What a classifier is made for. */
interface Purpose {
  readonly sets: SiteSets;
  readonly family: Family;
  /** Now, unix ms: schedules hold or not. */
  readonly wallMs: number;
}

const addressBits: Record<Family, bigint> = { inet: 32n, inet6: 128n };

/**
 * The chains `policies_v4` or `policies_v6`, which lead a new flow between sites to the chain of the policy that it meets
 * first, and `internet_v4` or `internet_v6` for flows to no site where a policy breaks out, with what they need; nothing for a
 * family that no site has. While they look, the packet's mark holds the place of the best policy found so far where the class
 * will be; the last policy matches everything.
 */
export function classifierParts(document: SiteDocument, purpose: Purpose): Ruleset['parts'] {
  const { sets, family } = purpose;
  if (sets.every(family) === null) return [];
  const { policies } = document;
  const builder = new CandidateBuilder(document, purpose);
  const all = policies.slice(0, -1).map((policy, rank) => ({ policy, found: builder.candidates(policy, rank) }));
  const suffix = familySuffix(family);
  const ranks = policies.map((policy, rank) => `${hex(classMark(rank))} : goto choose_${policy.class}`);
  const finder = (name: string, candidates: readonly Candidate[]): Ruleset['parts'] => {
    const tree = decisionTree(candidates, family, ifBelow);
    const rules = [
      setRank(policies.length - 1),
      `jump match_${name}_${suffix}`,
      `meta mark & ${hex(classMask)} vmap @ranks_${suffix}`,
    ];
    return [
      ...tree.parts,
      { type: 'chain', name: `match_${name}_${suffix}`, hook: null, rules: tree.rules },
      { type: 'chain', name: `${name}_${suffix}`, hook: null, rules },
    ];
  };
  const between = all.flatMap(({ policy, found }) => (breaksOut(policy) ? [] : found));
  const outward = all.flatMap(({ found }) => found);
  return [
    ...builder.chains,
    { type: 'map', name: `ranks_${suffix}`, key: 'typeof meta mark', elements: ranks },
    ...finder('policies', between),
    ...(hasBreakout(document) ? finder('internet', outward) : []),
  ];
}

/** A policy of this rank comes before the best found so far. */
const ifBelow = (rank: number): string => `meta mark & ${hex(classMask)} > ${hex(classMark(rank))}`;
const setRank = (rank: number): string => `meta mark set meta mark & ${hex(~classMask)} | ${hex(classMark(rank))}`;

/** Writes the terms of policies as rules, and keeps the chains that these need. */
class CandidateBuilder {
  readonly chains: Chain[] = [];
  readonly #purpose: Purpose;
  readonly #world: PolicyWorld;
  readonly #space: AddressSpace;

  constructor(document: SiteDocument, purpose: Purpose) {
    this.#purpose = purpose;
    this.#world = {
      sites: [document.site, ...document.remoteSites],
      hostSets: document.hostSets ?? [],
      applications: document.applications ?? [],
    };
    const { sets, family } = purpose;
    this.#space = {
      prefixesOf: (sites) => sets.prefixesOf(sites),
      ranges: new PrefixRanges(family),
      last: (1n << addressBits[family]) - 1n,
    };
  }

  candidates(policy: Policy, rank: number): Candidate[] {
    return plainTerms(policy.match, this.#world, this.#purpose.wallMs).flatMap((term) => this.#candidate(term, rank));
  }

  #candidate(term: PlainTerm, rank: number): Candidate[] {
    const { family, sets } = this.#purpose;
    const box = boxOf(term.every, this.#space);
    const texts = box === null ? null : termTexts(term, family, sets);
    if (box === null || texts === null || texts.any.length === 0) return [];
    const found = `${ifBelow(rank)} ${setRank(rank)} return`;
    const then = texts.none.length === 0 ? found : `jump ${this.#exception(texts.none, found)}`;
    return [{ rank, box, rules: texts.any.map((text) => `${text} ${then}`.trimStart()) }];
  }

  /** A chain that takes what does not match any of the texts. */
  #exception(texts: readonly string[], found: string): string {
    const rules = [...texts.map((text) => `${text} return`.trimStart()), found];
    const name = `unless_${contentHash(rules).slice(0, 12)}`;
    if (!this.chains.some((known) => known.name === name)) this.chains.push({ type: 'chain', name, hook: null, rules });
    return name;
  }
}
