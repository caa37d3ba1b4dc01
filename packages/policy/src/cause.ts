import type { PathOverride } from '@patronus/core';
import type { CauseOfChange, ChosenPath, Decision } from './decision.ts';
import { isDegraded, isOutOfUse, tierOf, tiers, unusable, type Rank } from './rank.ts';
import { actionChanged, pathName, rankOfPath, type PolicyView } from './view.ts';

/** Why these paths, with the best rank among them, are others than those of the previous decision. */
export function changeCause(
  view: PolicyView,
  previous: Decision | null,
  paths: readonly ChosenPath[],
  rank: Rank | null,
): CauseOfChange {
  if (previous === null) return { cause: 'initial', trigger: 'first decision' };
  if (actionChanged(view, previous)) return { cause: 'config_change', trigger: 'the policy was changed' };
  const lost: number[] = [];
  for (const { pathId } of missingFrom(paths, previous.paths)) {
    const index = view.plan.indexOfPath.get(pathId);
    if (index === undefined) return { cause: 'config_change', trigger: 'a path was removed' };
    const trouble = troubleWith(view, index, previous.rank);
    if (trouble !== null) return { cause: 'failover', trigger: trouble };
    lost.push(index);
  }
  const gained = missingFrom(previous.paths, paths)[0] ?? paths[0]!;
  return improvement(view, previous, rank, lost[0], view.plan.indexOfPath.get(gained.pathId)!);
}

const missingFrom = (paths: readonly ChosenPath[], from: readonly ChosenPath[]): readonly ChosenPath[] =>
  from.filter(({ pathId }) => !paths.some((path) => path.pathId === pathId));

function troubleWith(view: PolicyView, index: number, rankBefore: Rank | null): string | null {
  const rank = rankOfPath(view, index);
  const name = pathName(view, index);
  if (rank === unusable) return `${name} is down`;
  const { override } = view.readings[index]!;
  if (override !== null && (rankBefore === null || !isOutOfUse(rankBefore))) {
    return takenOutOfUse(name, override);
  }
  if (rankBefore !== null && tierOf(rank) > tierOf(rankBefore)) {
    return `${name} violates the SLA: ${view.sla?.[index]!.breach ?? 'not measured'}`;
  }
  return isDegraded(rank) && (rankBefore === null || !isDegraded(rankBefore)) ? `${name} is degraded` : null;
}

const takenOutOfUse = (name: string, { by, reason }: PathOverride): string =>
  `${name} was taken out of use by ${by}: ${reason}`;

function improvement(
  view: PolicyView,
  { rank: rankBefore, movedFor }: Decision,
  rank: Rank | null,
  lost: number | undefined,
  gained: number,
): CauseOfChange {
  const name = pathName(view, gained);
  if (rankBefore === null) {
    if (movedFor.cause === 'initial') return { cause: 'initial', trigger: `${name} is up` };
    return { cause: 'failback', trigger: `${name} is usable again` };
  }
  const override = lost === undefined ? null : view.readings[lost]!.override;
  if (lost !== undefined && override !== null && rank !== null && !isOutOfUse(rank)) {
    // nothing else was usable until now; traffic that a failover had brought here is on its way home
    const cause = movedFor.cause === 'failover' ? 'failback' : 'failover';
    return { cause, trigger: takenOutOfUse(pathName(view, lost), override) };
  }
  if (lost !== undefined && rankBefore === rank && view.plan.paths[lost]!.cost === view.plan.paths[gained]!.cost) {
    return { cause: 'better_path', trigger: `${name} is clearly faster` };
  }
  const displaced = movedFor.cause === 'failover' || movedFor.cause === 'failback';
  if (displaced && lost === undefined) return { cause: 'failback', trigger: `${name} is fit again` };
  const trigger = `${name} suits the policy ${lost === undefined ? 'too' : 'better'}`;
  if (displaced) return { cause: 'failback', trigger };
  return { cause: tierOf(rankBefore) === tiers.unknown ? 'initial' : 'better_path', trigger };
}
