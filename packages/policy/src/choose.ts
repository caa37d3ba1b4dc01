import type { PathId } from '@patronus/core';
import { changeCause } from './cause.ts';
import { copyOutcome, type CopyOutcome } from './copy.ts';
import { samePaths, type ChosenPath, type Decision, type PathReading } from './decision.ts';
import type { SteeringPlan } from './plan.ts';
import {
  isDegraded,
  isOfWorseTier,
  isOutOfUse,
  rankIfMet,
  rankOf,
  tierOf,
  tiers,
  unusable,
  type Rank,
} from './rank.ts';
import { reasonFor } from './reason.ts';
import { pathWeights } from './share.ts';
import { delayGain, profileTuning } from './tuning.ts';
import { actionChanged, goodForMs, rankOfPath, type PolicyView } from './view.ts';

/** What the decision comes down to; the rest is words. */
export interface Outcome {
  readonly paths: readonly ChosenPath[];
  readonly rank: Rank | null;
  readonly challenger: Decision['challenger'];
}

/** With what becomes of copies. */
export interface WholeOutcome extends Outcome {
  readonly copy: CopyOutcome;
}

/** The paths of a policy to a site now; the previous decision itself when nothing changed. */
export function choose(view: PolicyView, siteIndex: number, previous: Decision | null): Decision {
  const { plan, policyIndex } = view;
  if (previous !== null && isSettled(view, siteIndex, previous)) return previous;
  const outcome = withCopy(view, siteIndex, previous);
  const policy = plan.policies[policyIndex]!;
  if (previous !== null && previous.policy === policy && sameOutcome(view, siteIndex, outcome, previous))
    return previous;
  const { paths } = outcome;
  const moved = previous === null || !samePaths(paths, previous.paths);
  return {
    policyId: policy.id,
    siteId: plan.sites[siteIndex]!,
    paths: moved ? paths : previous.paths,
    copyPathId: copyIn(outcome),
    slaMet: outcome.rank !== null && tierOf(outcome.rank) === tiers.met,
    reason: reasonFor(view, siteIndex, outcome),
    sinceMs: moved ? view.nowMs : previous.sinceMs,
    policy,
    rank: outcome.rank,
    movedFor: moved ? changeCause(view, previous, paths, outcome.rank) : previous.movedFor,
    challenger: outcome.challenger,
  };
}

function withCopy(view: PolicyView, siteIndex: number, previous: Decision | null): WholeOutcome {
  const outcome = share(view, siteIndex, previous) ?? single(view, siteIndex, previous);
  const first = view.plan.indexOfPath.get(outcome.paths[0]?.pathId as PathId);
  return { ...outcome, copy: first === undefined ? null : copyOutcome(view, siteIndex, first, previous) };
}

const copyIn = ({ copy }: WholeOutcome): PathId | null => (copy !== null && 'pathId' in copy ? copy.pathId : null);

/** Whether the one path in use is still the best, and as good as it was: so it is on most steps, hence looked at first. */
function isSettled(view: PolicyView, siteIndex: number, previous: Decision): boolean {
  const { plan, policyIndex } = view;
  if (previous.challenger !== null || plan.shares[policyIndex] !== null || plan.duplicated[policyIndex]) return false;
  if (previous.policy !== plan.policies[policyIndex]) return false;
  const best = bestPath(view, siteIndex);
  const pathId = best < 0 ? undefined : plan.paths[best]!.pathId;
  return pathId === previous.paths[0]?.pathId && (best < 0 ? null : rankOfPath(view, best)) === previous.rank;
}

/** All fit paths with a weight, or null when the policy shares nothing or none is fit. */
function share(view: PolicyView, siteIndex: number, previous: Decision | null): Outcome | null {
  const shares = view.plan.shares[view.policyIndex]!;
  if (shares === null) return null;
  const fit = view.plan.pathsOfSite[siteIndex]!.filter((index) => {
    const rank = rankOfPath(view, index);
    return shares[index] !== null && tierOf(rank) === tiers.met && !isOutOfUse(rank);
  });
  const healthy = fit.filter((index) => view.readings[index]!.health === 'up');
  const members = healthy.length > 0 ? healthy : fit;
  const proven = members.filter((index) => {
    const pathId = view.plan.paths[index]!.pathId;
    return previous?.paths.some((chosen) => chosen.pathId === pathId) === true || mayTakeOver(view, index, previous);
  });
  const chosen = proven.length > 0 ? proven : members;
  if (chosen.length === 0) return null;
  const weights = pathWeights(chosen.map((index) => shares[index]!));
  return {
    paths: chosen.map((index, i) => ({ pathId: view.plan.paths[index]!.pathId, weight: weights[i]! })),
    rank: Math.min(...chosen.map((index) => rankOfPath(view, index))),
    challenger: null,
  };
}

function single(view: PolicyView, siteIndex: number, previous: Decision | null): Outcome {
  const best = bestPath(view, siteIndex);
  if (best < 0) return { paths: [], rank: null, challenger: null };
  const use = (index: number, challenger: Decision['challenger'] = null): Outcome => ({
    paths: [{ pathId: view.plan.paths[index]!.pathId, weight: 1 }],
    rank: rankOfPath(view, index),
    challenger,
  });
  if (previous === null || previous.paths[0]?.pathId === view.plan.paths[best]!.pathId) return use(best);
  const current = currentPath(view, previous);
  if (current < 0) return use(best);
  const [rank, bestRank] = [rankOfPath(view, current), rankOfPath(view, best)];
  // a path that was merely measured sooner is no reason to move to and fro
  if (rank !== bestRank && rankIfMet(rank) <= bestRank) return use(current);
  if (isOfWorseTier(rank, bestRank) || (isDegraded(rank) && !isDegraded(bestRank))) return use(best);
  if (rank === bestRank && view.plan.paths[current]!.cost === view.plan.paths[best]!.cost) {
    if (!isClearlyFaster(view, best, current)) return use(current);
    const challenger = challengerNow(view, best, previous);
    return view.nowMs - challenger.sinceMs >= delayGain.dwellMs ? use(best) : use(current, challenger);
  }
  return mayTakeOver(view, best, previous) ? use(best) : use(current, challengerNow(view, best, previous));
}

/**
 * The index of the best usable path by rank, then cost, then delay, then id; −1 for none. The innermost loop of steering,
 * hence the plain variables.
 */
function bestPath({ plan, policyIndex, readings, conditions }: PolicyView, siteIndex: number): number {
  const suitability = plan.suitability[policyIndex]!;
  let best = -1;
  let bestRank: Rank = unusable;
  for (const index of plan.pathsOfSite[siteIndex]!) {
    const rank = rankOf(suitability[index]!, conditions[index]!);
    if (rank > bestRank || rank === unusable) continue;
    if (rank < bestRank || beats(plan, readings, index, best)) {
      best = index;
      bestRank = rank;
    }
  }
  return best;
}

function beats(plan: SteeringPlan, readings: readonly PathReading[], a: number, b: number): boolean {
  const [pathA, pathB] = [plan.paths[a]!, plan.paths[b]!];
  if (pathA.cost !== pathB.cost) return pathA.cost < pathB.cost;
  const [delayA, delayB] = [delayOf(readings[a]!), delayOf(readings[b]!)];
  return delayA === delayB ? pathA.pathId < pathB.pathId : delayA < delayB;
}

/** The path in use, if it may still be used: −1 otherwise. */
function currentPath(view: PolicyView, previous: Decision | null): number {
  const chosen = previous?.paths[0];
  const index = chosen === undefined ? undefined : view.plan.indexOfPath.get(chosen.pathId);
  return index === undefined || rankOfPath(view, index) === unusable ? -1 : index;
}

/**
 * Whether traffic may move to a better path now: it has been good for its dwell, or the path in use is itself
 * too young to be worth sparing the move (as when an edge has just started), or the policy was changed.
 */
function mayTakeOver(view: PolicyView, candidate: number, previous: Decision | null): boolean {
  const current = currentPath(view, previous);
  if (current < 0 || previous === null || actionChanged(view, previous)) return true;
  const { failbackDwellMs } = profileTuning[view.plan.paths[candidate]!.profile];
  return goodForMs(view, candidate) >= failbackDwellMs || goodForMs(view, current) < failbackDwellMs;
}

function isClearlyFaster({ readings }: PolicyView, candidate: number, current: number): boolean {
  const [delay, currentDelay] = [delayOf(readings[candidate]!), delayOf(readings[current]!)];
  return delay < Infinity && delay <= currentDelay - delayGain.ms && delay <= currentDelay * (1 - delayGain.share);
}

function challengerNow(view: PolicyView, index: number, previous: Decision): { pathId: PathId; sinceMs: number } {
  const { pathId } = view.plan.paths[index]!;
  return previous.challenger?.pathId === pathId ? previous.challenger : { pathId, sinceMs: view.nowMs };
}

const delayOf = (reading: PathReading): number => reading.quality.forward.delayMs ?? Infinity;

const sameOutcome = (view: PolicyView, siteIndex: number, outcome: WholeOutcome, previous: Decision): boolean =>
  outcome.rank === previous.rank &&
  outcome.challenger?.pathId === previous.challenger?.pathId &&
  copyIn(outcome) === previous.copyPathId &&
  samePaths(outcome.paths, previous.paths) &&
  // why there is no copy can change with nothing else
  (outcome.copy === null || reasonFor(view, siteIndex, outcome) === previous.reason);
