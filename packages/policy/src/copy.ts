import type { PathId, SiteId } from '@patronus/core';
import type { Decision } from './decision.ts';
import type { SteeringPlan } from './plan.ts';
import { isOutOfUse, unusable } from './rank.ts';
import { pathName, rankOfPath, type PolicyView } from './view.ts';

/** Over which second path a copy of each packet goes, or why none does; null for a policy that does not duplicate. */
export type CopyOutcome = { readonly pathId: PathId } | { readonly none: string } | null;

/**
 * The second path of a policy that duplicates: of those that are up the one that shares the fewest uplinks with the first,
 * then by rank, cost, delay and id. What shares an uplink fails with it, so that counts for more than labels and SLA. The second
 * path stays where it was while no other is better by uplinks or rank: a copy gains nothing by moving.
 */
export function copyOutcome(
  view: PolicyView,
  siteIndex: number,
  first: number,
  previous: Decision | null,
): CopyOutcome {
  const { plan, policyIndex } = view;
  if (!plan.duplicated[policyIndex]) return null;
  const refusal = plan.copyRefusals[siteIndex];
  if (refusal !== null && refusal !== undefined) return { none: refusal };
  let best = -1;
  for (const index of plan.pathsOfSite[siteIndex]!) {
    if (index === first || !isFit(view, index)) continue;
    if (best < 0 || beats(view, first, index, best, previous)) best = index;
  }
  return best < 0 ? { none: 'no second path is up' } : { pathId: plan.paths[best]!.pathId };
}

function isFit(view: PolicyView, index: number): boolean {
  const { health } = view.readings[index]!;
  return (health === 'up' || health === 'degraded') && rankOfPath(view, index) !== unusable;
}

function beats(view: PolicyView, first: number, a: number, b: number, previous: Decision | null): boolean {
  const difference = badness(view, first, a) - badness(view, first, b);
  if (difference !== 0) return difference < 0;
  const [pathA, pathB] = [view.plan.paths[a]!, view.plan.paths[b]!];
  if (pathA.pathId === previous?.copyPathId || pathB.pathId === previous?.copyPathId) {
    return pathA.pathId === previous.copyPathId;
  }
  if (pathA.cost !== pathB.cost) return pathA.cost < pathB.cost;
  const [delayA, delayB] = [a, b].map((index) => view.readings[index]!.quality.forward.delayMs ?? Infinity);
  return delayA === delayB ? pathA.pathId < pathB.pathId : delayA! < delayB!;
}

/** Lower is better; a rank has sixteen bits. */
function badness(view: PolicyView, first: number, index: number): number {
  const rank = rankOfPath(view, index);
  return (isOutOfUse(rank) ? 4 : 0) * 65_536 + sharedEnds(view.plan, first, index) * 65_536 + rank;
}

function sharedEnds({ paths }: SteeringPlan, a: number, b: number): number {
  const [pathA, pathB] = [paths[a]!, paths[b]!];
  return (pathA.localEnd === pathB.localEnd ? 1 : 0) + (pathA.remoteEnd === pathB.remoteEnd ? 1 : 0);
}

/** What the reason of a decision says of the copy, for an operator. */
export function copyReason(view: PolicyView, first: number, outcome: CopyOutcome): string {
  if (outcome === null) return '';
  if ('none' in outcome) return `; not duplicated: ${outcome.none}`;
  const index = view.plan.indexOfPath.get(outcome.pathId)!;
  const shared = sharedEnds(view.plan, first, index) > 0 ? ', which shares an uplink' : '';
  return `; each packet also over ${pathName(view, index)}${shared}`;
}

/** Why packets may not be duplicated to a site; sites that are not listed may get them. */
export type CopyRefusals = ReadonlyMap<SiteId, string>;
