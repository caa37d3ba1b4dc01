import type { PathId, Sla } from '@patronus/core';
import { choose } from './choose.ts';
import { samePaths, type Decision, type DecisionChange, type PathReading } from './decision.ts';
import type { SteeringPlan } from './plan.ts';
import { condition } from './rank.ts';
import { initialSlaState, stepSla, type SlaState } from './sla.ts';
import { profileTuning } from './tuning.ts';
import type { PolicyView } from './view.ts';

/** What steering remembers between steps. Made by {@link resumeSteering}, belongs to one plan. */
export interface SteeringState {
  /** Per key of the plan's SLAs, then per index of its paths. */
  readonly sla: ReadonlyMap<string, readonly SlaState[]>;
  /** Per policy in the plan's order and, within it, per site; null before the first step. */
  readonly decisions: readonly (Decision | null)[];
}

/**
 * The state to start a plan with: empty, or what still holds of an earlier plan's. Paths, sites and policies are known by
 * id, so that a new document moves no traffic that it does not speak of.
 */
export function resumeSteering(
  plan: SteeringPlan,
  nowMs: number,
  earlier?: { plan: SteeringPlan; state: SteeringState },
): SteeringState {
  const fresh = initialSlaState(nowMs);
  const policyBefore = new Map(earlier?.plan.policies.map((policy, index) => [policy.id, index]));
  const siteBefore = new Map(earlier?.plan.sites.map((site, index) => [site, index]));
  const sla = [...plan.slas.keys()].map((key) => {
    const before = earlier?.state.sla.get(key);
    const indexBefore = (pathId: PathId) => earlier?.plan.indexOfPath.get(pathId) ?? -1;
    return [key, plan.paths.map(({ pathId }) => before?.[indexBefore(pathId)] ?? fresh)] as const;
  });
  return {
    sla: new Map(sla),
    decisions: plan.policies.flatMap((policy) =>
      plan.sites.map((site) => {
        const [before, siteIndex] = [policyBefore.get(policy.id), siteBefore.get(site)];
        if (earlier === undefined || before === undefined || siteIndex === undefined) return null;
        return earlier.state.decisions[before * earlier.plan.sites.length + siteIndex] ?? null;
      }),
    ),
  };
}

/**
 * One step: judges every path under every policy's SLA, and chooses the paths of every policy to every site. `readings`
 * are in the order of the plan's paths. Decisions that did not change stay the very same objects; `changes` names those
 * whose paths or weights did. Call it on every change of a path's health, and at least every 100 ms for the dwell times.
 *
 * A prober should begin its quality window anew with the replies by which a path comes back, or the outage itself counts as
 * loss against the path's SLA.
 */
export function stepSteering(
  plan: SteeringPlan,
  state: SteeringState,
  readings: readonly PathReading[],
  nowMs: number,
): { state: SteeringState; changes: DecisionChange[] } {
  const decisions: Decision[] = [];
  const changes: DecisionChange[] = [];
  const sla = new Map(
    Array.from(plan.slas, ([key, bounds]) => [key, judge(plan, bounds, state.sla.get(key)!, readings, nowMs)]),
  );
  const conditions = new Map([null, ...plan.slas.keys()].map((key) => [key, conditionsUnder(sla, key, readings)]));
  for (const [policyIndex, policy] of plan.policies.entries()) {
    const key = plan.slaKeys[policyIndex]!;
    const verdicts = key === null ? null : sla.get(key)!;
    const view: PolicyView = { plan, policyIndex, readings, sla: verdicts, conditions: conditions.get(key)!, nowMs };
    for (let siteIndex = 0; siteIndex < plan.sites.length; siteIndex++) {
      const previous = state.decisions[policyIndex * plan.sites.length + siteIndex]!;
      const decision = choose(view, siteIndex, previous);
      decisions.push(decision);
      if (decision === previous || (previous !== null && samePaths(decision.paths, previous.paths))) continue;
      const { siteId, movedFor, paths: to } = decision;
      changes.push({
        policy,
        siteId,
        ...movedFor,
        from: previous?.paths ?? [],
        to,
        decision,
      });
    }
  }
  return { state: { sla, decisions }, changes };
}

/** How each path stands under one SLA; the null key is that of policies without. */
function conditionsUnder(sla: SteeringState['sla'], key: string | null, readings: readonly PathReading[]): Uint16Array {
  const verdicts = key === null ? null : sla.get(key)!;
  const conditions = new Uint16Array(readings.length);
  for (const [index, reading] of readings.entries()) {
    conditions[index] = condition(reading, verdicts === null ? null : verdicts[index]!.verdict);
  }
  return conditions;
}

/** Paths that carry nothing are judged anew when they come back: what was measured before the outage says little. */
function judge(
  plan: SteeringPlan,
  sla: Sla,
  states: readonly SlaState[],
  readings: readonly PathReading[],
  nowMs: number,
): readonly SlaState[] {
  let next: SlaState[] | null = null;
  for (const [index, state] of states.entries()) {
    const { health, quality } = readings[index]!;
    const usable = health === 'up' || health === 'degraded';
    const stepped = usable
      ? stepSla(state, sla, quality, nowMs, profileTuning[plan.paths[index]!.profile].sla)
      : state.verdict === 'unmeasured'
        ? state
        : { ...initialSlaState(nowMs), recoverDwellMs: state.recoverDwellMs };
    if (stepped === state) continue;
    next ??= [...states];
    next[index] = stepped;
  }
  return next ?? states;
}
