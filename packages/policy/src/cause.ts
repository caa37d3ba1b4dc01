import type { ChangeCause, ChosenPath, Decision } from './decision.ts';
import { isDegraded, tierOf, tiers, unusable, type Rank } from './rank.ts';
import { profileTuning } from './tuning.ts';
import { actionChanged, goodForMs, pathName, rankOfPath, type PolicyView } from './view.ts';

export interface CauseOfChange {
  readonly cause: ChangeCause;
  /** What set it off, for an operator. */
  readonly trigger: string;
}

/** Why the paths of a decision differ from those of the previous one. */
export function changeCause(view: PolicyView, previous: Decision | null, decision: Decision): CauseOfChange {
  if (previous === null) return { cause: 'initial', trigger: 'first decision' };
  if (actionChanged(view, previous)) return { cause: 'config_change', trigger: 'the policy was changed' };
  const lost: number[] = [];
  for (const { pathId } of missingFrom(decision.paths, previous.paths)) {
    const index = view.plan.indexOfPath.get(pathId);
    if (index === undefined) return { cause: 'config_change', trigger: 'a path was removed' };
    const trouble = troubleWith(view, index, previous.rank);
    if (trouble !== null) return { cause: 'failover', trigger: trouble };
    lost.push(index);
  }
  const gained = missingFrom(previous.paths, decision.paths)[0] ?? decision.paths[0]!;
  return improvement(view, previous, decision.rank, lost[0], view.plan.indexOfPath.get(gained.pathId)!);
}

const missingFrom = (paths: readonly ChosenPath[], from: readonly ChosenPath[]): readonly ChosenPath[] =>
  from.filter(({ pathId }) => !paths.some((path) => path.pathId === pathId));

function troubleWith(view: PolicyView, index: number, rankBefore: Rank | null): string | null {
  const rank = rankOfPath(view, index);
  const name = pathName(view, index);
  if (rank === unusable) return `${name} is down`;
  if (rankBefore !== null && tierOf(rank) > tierOf(rankBefore)) {
    return `${name} violates the SLA: ${view.sla?.[index]!.breach ?? 'not measured'}`;
  }
  return isDegraded(rank) && (rankBefore === null || !isDegraded(rankBefore)) ? `${name} is degraded` : null;
}

function improvement(
  view: PolicyView,
  { rank: rankBefore, wasServed }: Decision,
  rank: Rank | null,
  lost: number | undefined,
  gained: number,
): CauseOfChange {
  const name = pathName(view, gained);
  if (rankBefore === null && wasServed) return { cause: 'failback', trigger: `${name} is usable again` };
  if (rankBefore === null || tierOf(rankBefore) === tiers.unknown)
    return { cause: 'initial', trigger: `${name} is up` };
  if (lost === undefined) return { cause: 'failback', trigger: `${name} is fit again` };
  const { cost, profile } = view.plan.paths[gained]!;
  if (rankBefore === rank && view.plan.paths[lost]!.cost === cost) {
    return { cause: 'better_path', trigger: `${name} is clearly faster` };
  }
  const settled = goodForMs(view, lost) >= profileTuning[profile].failbackDwellMs;
  return { cause: settled ? 'failback' : 'better_path', trigger: `${name} suits the policy better` };
}
