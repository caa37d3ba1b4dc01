import type { Outcome, WholeOutcome } from './choose.ts';
import { copyReason } from './copy.ts';
import { isAvoided, isDegraded, isOutOfUse, isPreferred, tierOf, tiers, unusable } from './rank.ts';
import { profileTuning } from './tuning.ts';
import { pathName, rankOfPath, type PolicyView } from './view.ts';

/** Why these paths, for an operator. Without live figures, so that the text changes only when the situation does. */
export function reasonFor(view: PolicyView, siteIndex: number, outcome: WholeOutcome): string {
  const indexes = outcome.paths.map(({ pathId }) => view.plan.indexOfPath.get(pathId)!);
  const first = indexes[0];
  if (first === undefined) return whyNone(view, siteIndex);
  if (indexes.length > 1) {
    return `shared over ${indexes.map((index, i) => `${pathName(view, index)} (${outcome.paths[i]!.weight})`).join(', ')}`;
  }
  const traits = traitsOf(view, first).join(', ');
  return `${pathName(view, first)}${traits === '' ? ': the best that is up' : `: ${traits}`}${copyReason(view, first, outcome.copy)}${waiting(view, first, outcome)}`;
}

function traitsOf(view: PolicyView, index: number): string[] {
  const rank = rankOfPath(view, index);
  const { action } = view.plan.policies[view.policyIndex]!;
  const traits: string[] = [];
  if (isOutOfUse(rank)) traits.push('taken out of use, but nothing else is usable');
  if (view.sla !== null && tierOf(rank) === tiers.met) traits.push('meets the SLA');
  if (tierOf(rank) === tiers.unmeasured) traits.push('SLA not measured yet');
  if (tierOf(rank) === tiers.violated)
    traits.push(`no path meets the SLA, this one is the best (${view.sla![index]!.breach})`);
  if (tierOf(rank) === tiers.unknown) traits.push('no path is known to be up yet');
  if (isDegraded(rank)) traits.push('degraded');
  if (isPreferred(action, rank)) traits.push('preferred');
  else if ((action.prefer?.length ?? 0) > 0) traits.push('no preferred path is fit');
  if (isAvoided(rank)) traits.push('avoided, but nothing else is fit');
  return traits;
}

function waiting(view: PolicyView, current: number, { challenger }: Outcome): string {
  const index = challenger === null ? undefined : view.plan.indexOfPath.get(challenger.pathId);
  if (index === undefined) return '';
  if (rankOfPath(view, index) === rankOfPath(view, current))
    return `; ${pathName(view, index)} may prove clearly faster`;
  const seconds = profileTuning[view.plan.paths[index]!.profile].failbackDwellMs / 1000;
  return `; ${pathName(view, index)} suits better and takes over once it has been good for ${seconds} s`;
}

function whyNone(view: PolicyView, siteIndex: number): string {
  const paths = view.plan.pathsOfSite[siteIndex]!;
  if (paths.length === 0) return 'no path leads to this site';
  const alive = paths.some((index) => view.readings[index]!.health !== 'down');
  return alive && paths.every((index) => rankOfPath(view, index) === unusable)
    ? 'every path that is not down has a label that the policy never uses'
    : 'all paths to this site are down';
}
