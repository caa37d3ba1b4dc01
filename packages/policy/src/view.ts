import type { Decision, PathReading } from './decision.ts';
import type { SteeringPlan } from './plan.ts';
import { rankOf, type Rank } from './rank.ts';
import type { SlaState } from './sla.ts';

/** One policy's view of all paths in one step. */
export interface PolicyView {
  readonly plan: SteeringPlan;
  readonly policyIndex: number;
  readonly readings: readonly PathReading[];
  /** Null where the policy has no SLA. */
  readonly sla: readonly SlaState[] | null;
  readonly nowMs: number;
}

export function rankOfPath({ plan, policyIndex, readings, sla }: PolicyView, pathIndex: number): Rank {
  const verdict = sla === null ? null : sla[pathIndex]!.verdict;
  return rankOf(plan.suitability[policyIndex]![pathIndex]!, readings[pathIndex]!, verdict);
}

/** For how long the path has had its health and its verdict, ms. */
export const goodForMs = ({ readings, sla, nowMs }: PolicyView, pathIndex: number): number =>
  nowMs - Math.max(readings[pathIndex]!.healthSinceMs, sla?.[pathIndex]!.sinceMs ?? -Infinity);

/** Whether the policy's action was changed since the previous decision. */
export function actionChanged({ plan, policyIndex }: PolicyView, previous: Decision): boolean {
  const policy = plan.policies[policyIndex]!;
  return previous.policy !== policy && JSON.stringify(previous.policy.action) !== JSON.stringify(policy.action);
}

/** Paths as an operator knows them: by the labels of their ends. */
export function pathName({ plan }: PolicyView, pathIndex: number): string {
  const { localLabel, remoteLabel } = plan.paths[pathIndex]!;
  return `${localLabel} → ${remoteLabel}`;
}
