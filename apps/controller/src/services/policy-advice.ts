import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Policy } from '@patronus/core';
import { PolicyAnalysis, type PolicyFinding, type PolicyWorld } from '@patronus/policy';
import type { Store } from '../database/store.ts';
import { readPolicyWorld } from './read-intent.ts';

/** Looking at all policies behind a changed one may take long among thousands; the list of all findings has the rest. */
const maxLookedAt = 200;

/** Where so many were written at once, as by a first import, each is judged, and not what others suffer from each. */
const maxCauses = 20;

/** Tells of policies that never match, or that compete with others. */
export class PolicyAdvice {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** All there is to say of the policies in force, in order of evaluation. */
  async list(): Promise<PolicyFinding[]> {
    const { policies, world } = await this.#store.snapshot((db) => readPolicyWorld(db));
    const analysis = new PolicyAnalysis(policies, world);
    const told: PolicyFinding[] = [];
    for (const index of policies.keys()) {
      told.push(...analysis.findings(index));
      await yieldToOthers();
    }
    return told;
  }

  /** What there is to say of a policy that was just written, and of others because of it. */
  async about(policyId: number): Promise<PolicyFinding[]> {
    return findingsAbout(await this.#store.snapshot((db) => readPolicyWorld(db)), [policyId]);
  }
}

/** What there is to say of policies, and of others because of them. */
export function findingsAbout(
  { policies, world }: { readonly policies: readonly Policy[]; readonly world: PolicyWorld },
  policyIds: readonly number[],
): PolicyFinding[] {
  const analysis = new PolicyAnalysis(policies, world);
  const places = policyIds.map((id) => policies.findIndex((policy) => policy.id === id)).filter((place) => place >= 0);
  const concerned = new Set(places.length > maxCauses ? places : places.flatMap((place) => analysis.affected(place)));
  return [...concerned]
    .toSorted((a, b) => a - b)
    .slice(0, maxLookedAt)
    .flatMap((place) => analysis.findings(place))
    .filter((finding) => isAbout(finding, policyIds));
}

const isAbout = ({ policyId, others }: PolicyFinding, ids: readonly number[]): boolean =>
  ids.includes(policyId) || others.some(({ id }) => ids.includes(id));
