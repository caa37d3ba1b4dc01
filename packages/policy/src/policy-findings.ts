import { canonicalJson, conditionsOf, type Policy } from '@patronus/core';
import type { PolicyWorld } from './conditions.ts';
import { breaksOut } from './explain-flow.ts';
import { isUnbounded, meet, RegionSpace, subtractAll, type Region } from './regions.ts';

/**
 * - `shadowed`: policies that are looked at before it take all that it matches.
 * - `unreachable`: no flow can match it.
 * - `conflict`: it shares traffic with another of the same priority that does something else with it.
 */
export type PolicyFindingKind = 'shadowed' | 'unreachable' | 'conflict';

/** Something about a policy that its author hardly meant. */
export interface PolicyFinding {
  readonly kind: PolicyFindingKind;
  readonly policyId: number;
  readonly policy: string;
  /** The other policies that it is about, in order of evaluation. */
  readonly others: readonly { readonly id: number; readonly name: string }[];
  readonly message: string;
}

/** What a policy may match, and what it surely matches. Null where that falls into too many pieces to tell. */
interface Reach {
  readonly most: Region[] | null;
  readonly least: Region[];
}

/**
 * Looks for policies that never match, or that compete, in one list of policies. What is told is true of all times and
 * whatever edges learn; where policies overlap in too many pieces, something may go untold. Each policy is looked into when
 * it is asked for.
 */
export class PolicyAnalysis {
  readonly #policies: readonly Policy[];
  readonly #world: PolicyWorld;
  readonly #space: RegionSpace;
  readonly #internet: boolean;
  readonly #reaches = new Map<number, Reach>();

  /** Policies in order of evaluation. */
  constructor(policies: readonly Policy[], world: PolicyWorld) {
    this.#policies = policies;
    this.#world = world;
    this.#space = new RegionSpace(world);
    this.#internet = policies.some(breaksOut);
  }

  /** What there is to say of the policy at a place in the order of evaluation. */
  findings(index: number): PolicyFinding[] {
    const policy = this.#policies[index]!;
    const { most } = this.#reach(index);
    // the last one takes what is left, which may be nothing
    const isLast = index === this.#policies.length - 1 && isUnbounded(policy.match);
    if (most === null || isLast) return most === null ? [] : this.#conflicts(index);
    if (most.length === 0) return [this.#unreachable(policy)];
    const shadow = this.#shadow(index, most);
    return shadow === null ? this.#conflicts(index) : [shadow];
  }

  /** Places of the policies that may say something else of themselves when the one at a place changes: itself and some after. */
  affected(index: number): number[] {
    const { most } = this.#reach(index);
    const later = [...this.#policies.keys()].filter((other) => other > index && this.#overlaps(other, most));
    return [index, ...later];
  }

  #overlaps(index: number, regions: readonly Region[] | null): boolean {
    const { most } = this.#reach(index);
    if (most === null || regions === null) return false;
    return most.some((own) => regions.some((other) => meet(own, other) !== null));
  }

  #reach(index: number): Reach {
    const known = this.#reaches.get(index);
    if (known !== undefined) return known;
    const policy = this.#policies[index]!;
    const within = breaksOut(policy) ? this.#space.internet() : this.#space.universe(this.#internet);
    const most = this.#space.regionsOf(policy.match, within, 'most');
    const least = this.#space.regionsOf(policy.match, within, 'least') ?? [];
    const made = { most, least };
    this.#reaches.set(index, made);
    return made;
  }

  #unreachable(policy: Policy): PolicyFinding {
    const reason = this.#whyNothing(policy);
    return finding('unreachable', policy, [], `policy "${policy.name}" can match nothing: ${reason}`);
  }

  #whyNothing({ match, action }: Policy): string {
    const { sites, hostSets } = this.#world;
    const carried = new Set(sites.flatMap(({ tags = [] }) => tags));
    for (const { sourceSiteTags = [], destinationSiteTags = [], ...more } of conditionsOf(match)) {
      for (const tags of [sourceSiteTags, destinationSiteTags]) {
        if (tags.length > 0 && !tags.some((tag) => carried.has(tag)))
          return `no site carries the tag ${tags.join(' or ')}`;
      }
      for (const named of [more.sourceHostSets ?? [], more.destinationHostSets ?? []]) {
        const sets = hostSets.filter(({ id }) => named.includes(id));
        if (named.length > 0 && sets.every(({ prefixes }) => prefixes.length === 0)) {
          return `host set ${sets.map(({ name }) => name).join(' and ')} is empty`;
        }
      }
    }
    return action.type === 'breakout'
      ? 'no flow from a site to an address of none meets its conditions'
      : 'no flow between sites meets its conditions';
  }

  #shadow(index: number, most: readonly Region[]): PolicyFinding | null {
    const policy = this.#policies[index]!;
    const others: Policy[] = [];
    let left: Region[] = [...most];
    for (let before = 0; before < index && left.length > 0; before += 1) {
      const { least } = this.#reach(before);
      if (!left.some((part) => least.some((region) => meet(part, region) !== null))) continue;
      const cut = subtractAll(left, least);
      if (cut === null) return null;
      left = cut;
      others.push(this.#policies[before]!);
    }
    if (left.length > 0 || others.length === 0) return null;
    const names = others.map(({ name }) => `"${name}"`).join(', ');
    const verb = others.length === 1 ? 'is looked at first and takes' : 'are looked at first and take';
    return finding('shadowed', policy, others, `policy "${policy.name}" never matches: ${names} ${verb} all of it`);
  }

  #conflicts(index: number): PolicyFinding[] {
    const policy = this.#policies[index]!;
    const { least } = this.#reach(index);
    const action = canonicalJson(policy.action);
    return this.#policies.slice(0, index).flatMap((other, before) => {
      if (other.priority !== policy.priority || canonicalJson(other.action) === action) return [];
      const shared = this.#reach(before).least.some((one) => least.some((two) => meet(one, two) !== null));
      if (!shared) return [];
      const message = `policies "${other.name}" and "${policy.name}" have the same priority ${policy.priority} and share traffic, but do different things; "${other.name}" is older and goes first`;
      return [finding('conflict', policy, [other], message)];
    });
  }
}

const finding = (
  kind: PolicyFindingKind,
  policy: Policy,
  others: readonly Policy[],
  message: string,
): PolicyFinding => ({
  kind,
  policyId: policy.id,
  policy: policy.name,
  others: others.map(({ id, name }) => ({ id, name })),
  message,
});
