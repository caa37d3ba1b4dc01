import { canonicalJson, type Policy } from '@patronus/core';
import { meet, RegionSpace, type PolicyFinding, type PolicyWorld, type SiteFacts } from '@patronus/policy';
import { Type, type Static } from 'typebox';
import type { Actor } from '../audit/index.ts';
import type { Change, Store } from '../database/store.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { found } from './found.ts';
import { findingsAbout } from './policy-advice.ts';
import { deletePolicy } from './policy-deletion-service.ts';
import { PolicyChangesSchema, PolicyInputSchema } from './policy-input.ts';
import { PolicyOrderSchema, reorderPolicies } from './policy-order.ts';
import { createPolicy, updatePolicy } from './policy-service.ts';
import { readPolicyWorld } from './read-intent.ts';

const exact = { additionalProperties: false } as const;

/** Changes that somebody thinks of, one after the other. */
export const PolicyPreviewSchema = Type.Object(
  {
    create: Type.Optional(Type.Array(PolicyInputSchema, { maxItems: 100 })),
    update: Type.Optional(
      Type.Array(Type.Object({ id: Type.Integer(), input: PolicyChangesSchema }, exact), { maxItems: 100 }),
    ),
    delete: Type.Optional(Type.Array(Type.Integer(), { maxItems: 1_000, description: 'Ids' })),
    order: Type.Optional(PolicyOrderSchema.properties.order),
  },
  exact,
);
export type PolicyPreviewInput = Static<typeof PolicyPreviewSchema>;

/** A policy as documents have it before and after; null where it is not in them. */
export interface PolicyDifference {
  readonly policyId: number;
  readonly policy: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  readonly before: Policy | null;
  readonly after: Policy | null;
}

export interface PolicyPreview {
  /** In order of evaluation, removed ones last. */
  readonly policies: readonly PolicyDifference[];
  /** Sites whose traffic the change concerns, with the policies that do. */
  readonly sites: readonly { readonly siteId: string; readonly site: string; readonly policies: readonly string[] }[];
  readonly warnings: readonly PolicyFinding[];
}

/** Carries what was found out of the transaction that is taken back. */
class Rehearsal extends Error {
  readonly found: PolicyPreview;

  constructor(preview: PolicyPreview) {
    super('rehearsal');
    this.found = preview;
  }
}

/** Tells what a change of policies would do. */
export class PolicyPreviews {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Makes the changes, looks at what becomes of the documents of sites, and takes all of it back. Errors: those of the
   * changes.
   */
  async preview(by: Actor, input: PolicyPreviewInput): Promise<PolicyPreview> {
    try {
      return await this.#store.change(async (change) => {
        const before = await readPolicyWorld(change.db);
        await perform(change, by, input);
        const after = await readPolicyWorld(change.db);
        const policies = differences(before.policies, after.policies);
        const written = policies.filter(({ after: is }) => is !== null).map(({ policyId }) => policyId);
        const warnings = findingsAbout(after, written);
        throw new Rehearsal({ policies, sites: concernedSites(policies, after.world), warnings });
      });
    } catch (thrown) {
      if (thrown instanceof Rehearsal) return thrown.found;
      throw thrown;
    }
  }
}

async function perform(change: Change, by: Actor, input: PolicyPreviewInput): Promise<void> {
  for (const id of input.delete ?? []) await deletePolicy(change, by, id, {});
  for (const { id, input: changes } of input.update ?? []) {
    await updatePolicy(change, by, found(await policyRepository.find(change.db, id), 'policy', id), changes);
  }
  for (const each of input.create ?? []) await createPolicy(change, by, each);
  if (input.order !== undefined) await reorderPolicies(change, by, { order: input.order });
}

function differences(before: readonly Policy[], after: readonly Policy[]): PolicyDifference[] {
  const had = new Map(before.map((policy) => [policy.id, policy]));
  const has = new Map(after.map((policy) => [policy.id, policy]));
  const placeBefore = places(before.filter(({ id }) => has.has(id)));
  const placeAfter = places(after.filter(({ id }) => had.has(id)));
  const kept = after.flatMap((policy): PolicyDifference[] => {
    const was = had.get(policy.id) ?? null;
    const told = { policyId: policy.id, policy: policy.name, before: was, after: policy };
    if (was === null) return [{ ...told, change: 'added' }];
    const plain = ({ priority: _priority, ...rest }: Policy): string => canonicalJson(rest);
    if (plain(was) !== plain(policy)) return [{ ...told, change: 'changed' }];
    return placeBefore.get(policy.id) === placeAfter.get(policy.id) ? [] : [{ ...told, change: 'moved' }];
  });
  const gone = before.filter(({ id }) => !has.has(id));
  return [
    ...kept,
    ...gone.map((was): PolicyDifference => {
      return { policyId: was.id, policy: was.name, change: 'removed', before: was, after: null };
    }),
  ];
}

const places = (policies: readonly Policy[]): Map<number, number> =>
  new Map(policies.map(({ id }, index) => [id, index]));

/** Sites from or to which flows go that a changed policy may match, before or after. */
function concernedSites(policies: readonly PolicyDifference[], world: PolicyWorld): PolicyPreview['sites'] {
  const space = new RegionSpace(world);
  const matches = policies.map(({ policy, before, after }) => ({
    policy,
    regions: [before, after].flatMap((each) =>
      each === null ? [] : (space.regionsOf(each.match, space.universe(true), 'most') ?? [space.universe(true)]),
    ),
  }));
  const concerns = (site: SiteFacts, regions: (typeof matches)[number]['regions']): boolean =>
    regions.some((region) => space.ofSite(site).some((own) => meet(region, own) !== null));
  return world.sites.flatMap((site) => {
    const named = matches.filter(({ regions }) => concerns(site, regions)).map(({ policy }) => policy);
    return named.length === 0 ? [] : [{ siteId: site.id, site: site.name, policies: named }];
  });
}
