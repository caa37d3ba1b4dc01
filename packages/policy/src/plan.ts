import {
  canonicalJson,
  type LabelWeight,
  type PathId,
  type Policy,
  type PolicyAction,
  type SiteId,
  type Sla,
} from '@patronus/core';
import type { CopyRefusals } from './copy.ts';
import type { CandidatePath } from './decision.ts';
import { never, suitability } from './rank.ts';
import { hasBounds } from './sla.ts';

/** Everything about steering that holds until the next document: made once, used on every step. */
export interface SteeringPlan {
  /** Policies that steer, in order of evaluation. */
  readonly policies: readonly Policy[];
  /** Remote sites. */
  readonly sites: readonly SiteId[];
  readonly paths: readonly CandidatePath[];
  /** Indexes into `paths`, per index of `sites`. */
  readonly pathsOfSite: readonly (readonly number[])[];
  readonly indexOfPath: ReadonlyMap<PathId, number>;
  /** How well the labels of each path suit each policy: per index of `policies`, then per index of `paths`. */
  readonly suitability: readonly Uint16Array[];
  /** The label weight each path counts for: per index of `policies`, then of `paths`; null where the policy shares nothing. */
  readonly shares: readonly (readonly (LabelWeight | null)[] | null)[];
  /** Whether a policy duplicates, per index of `policies`. */
  readonly duplicated: readonly boolean[];
  /** Why packets may not be duplicated, per index of `sites`; null where they may. */
  readonly copyRefusals: readonly (string | null)[];
  /** The different SLAs that policies ask for, by their text: what many policies ask for is judged once. */
  readonly slas: ReadonlyMap<string, Sla>;
  /** The key of its SLA per index of `policies`; null for none. */
  readonly slaKeys: readonly (string | null)[];
}

/**
 * Lays out policies, remote sites and paths for {@link stepSteering}. Policies that drop are left out: they need no path.
 * Paths to sites that are not listed are never chosen.
 */
export function planSteering(input: {
  policies: readonly Policy[];
  sites: readonly SiteId[];
  paths: readonly CandidatePath[];
  copyRefusals?: CopyRefusals;
}): SteeringPlan {
  const { sites, paths } = input;
  const policies = input.policies.filter((policy) => policy.action.type === 'steer');
  const slaKeys = policies.map(({ action: { sla } }) => (hasBounds(sla) ? canonicalJson(sla) : null));
  const bySite = new Map<SiteId, number[]>(sites.map((site) => [site, []]));
  for (const [index, path] of paths.entries()) bySite.get(path.remoteSiteId)?.push(index);
  return {
    policies,
    sites,
    paths,
    pathsOfSite: sites.map((site) => bySite.get(site)!),
    indexOfPath: new Map(paths.map((path, index) => [path.pathId, index])),
    suitability: policies.map(({ action }) => Uint16Array.from(paths, (path) => suitability(action, path))),
    shares: policies.map(({ action }) => shares(action, paths)),
    duplicated: policies.map(({ action }) => action.duplicate === true),
    copyRefusals: sites.map((site) => input.copyRefusals?.get(site) ?? null),
    slas: new Map(policies.flatMap(({ action }, index) => (slaKeys[index] ? [[slaKeys[index], action.sla!]] : []))),
    slaKeys,
  };
}

/**
 * Which of the policy's weights each path counts for. A path between two labels with weights counts for the smaller one:
 * it is as wide as its narrower end, and both sites give it the same share.
 */
function shares(action: PolicyAction, paths: readonly CandidatePath[]): (LabelWeight | null)[] | null {
  if (action.weights === undefined || action.weights.length === 0) return null;
  const weights = new Map(action.weights.map((share) => [share.label, share]));
  return paths.map((path) => {
    if (suitability(action, path) === never) return null;
    const [local, remote] = [weights.get(path.localLabel), weights.get(path.remoteLabel)];
    if (local === undefined || remote === undefined) return local ?? remote ?? null;
    return remote.weight < local.weight ? remote : local;
  });
}
