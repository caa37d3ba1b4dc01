import type { PathId } from '@patronus/core';
import { changeCause } from './cause.ts';
import { choose } from './choose.ts';
import { samePaths, type Decision, type DecisionChange, type PathReading } from './decision.ts';
import { slaOf, type SteeringPlan } from './plan.ts';
import { initialSlaState, stepSla, type SlaState } from './sla.ts';
import { profileTuning } from './tuning.ts';
import type { PolicyView } from './view.ts';

/** What steering remembers between steps. Made by {@link resumeSteering}, belongs to one plan. */
export interface SteeringState {
  /** Per index of the plan's policies, then of its paths; null where a policy has no SLA. */
  readonly sla: readonly (readonly SlaState[] | null)[];
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
  const slaBefore = (policyIndex: number, pathId: PathId): SlaState | undefined => {
    const before = policyBefore.get(plan.policies[policyIndex]!.id);
    if (earlier === undefined || before === undefined) return undefined;
    const same = sameJson(slaOf(earlier.plan.policies[before]!), slaOf(plan.policies[policyIndex]!));
    return same ? earlier.state.sla[before]?.[earlier.plan.indexOfPath.get(pathId) ?? -1] : undefined;
  };
  return {
    sla: plan.policies.map((policy, policyIndex) =>
      slaOf(policy) === null ? null : plan.paths.map(({ pathId }) => slaBefore(policyIndex, pathId) ?? fresh),
    ),
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
  const sla = plan.policies.map((policy, policyIndex) => {
    const states = stepPolicySla(plan, policyIndex, state.sla[policyIndex]!, readings, nowMs);
    const view: PolicyView = { plan, policyIndex, readings, sla: states, nowMs };
    for (let siteIndex = 0; siteIndex < plan.sites.length; siteIndex++) {
      const previous = state.decisions[policyIndex * plan.sites.length + siteIndex]!;
      const decision = choose(view, siteIndex, previous);
      decisions.push(decision);
      if (decision === previous || (previous !== null && samePaths(decision.paths, previous.paths))) continue;
      const { siteId, paths: to } = decision;
      changes.push({
        policy,
        siteId,
        ...changeCause(view, previous, decision),
        from: previous?.paths ?? [],
        to,
        decision,
      });
    }
    return states;
  });
  return { state: { sla, decisions }, changes };
}

/** Paths that carry nothing are judged anew when they come back: what was measured before the outage says little. */
function stepPolicySla(
  plan: SteeringPlan,
  policyIndex: number,
  states: readonly SlaState[] | null,
  readings: readonly PathReading[],
  nowMs: number,
): readonly SlaState[] | null {
  const sla = slaOf(plan.policies[policyIndex]!);
  if (states === null || sla === null) return null;
  return states.map((state, index) => {
    const { health, quality } = readings[index]!;
    if (health === 'up' || health === 'degraded') {
      return stepSla(state, sla, quality, nowMs, profileTuning[plan.paths[index]!.profile].sla);
    }
    return state.verdict === 'unmeasured' ? state : initialSlaState(nowMs);
  });
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
