import type { PathHealth, PathQuality } from '@patronus/core';
import type { NextHopRefusal } from '@patronus/linux';
import type { ChosenPath, PathChange } from '@patronus/policy';
import type { EventContent, EventMetadata } from '@patronus/protocol';
import type { FailedWay } from './monitored-path.ts';
import type { PlannedPath, ProbePlan } from './probe-plan.ts';
import type { Move } from './steering.ts';

type PathEvent = EventContent<'path_up' | 'path_degraded' | 'path_down'>;
type MoveEvent = EventContent<'failover' | 'failback' | 'better_path' | 'policy_unserved'>;

/** What the prober adds to a change of a path. */
export interface PathChangeFacts {
  readonly path: PlannedPath;
  readonly change: PathChange;
  readonly quality: PathQuality;
  readonly failedWay: FailedWay | null;
  /** Unix ms, null where no probe was missed. */
  readonly firstMissedMs: number | null;
}

const pathEvents: Readonly<Record<PathHealth, readonly [PathEvent['eventType'], PathEvent['severity']] | null>> = {
  up: ['path_up', 'info'],
  degraded: ['path_degraded', 'warning'],
  down: ['path_down', 'warning'],
  unknown: null,
};

/** A path became up, degraded or down. */
export function pathEvent({ path, change, quality, failedWay, firstMissedMs }: PathChangeFacts): PathEvent | null {
  const kind = pathEvents[change.to];
  if (kind === null) return null;
  return {
    eventType: kind[0],
    severity: kind[1],
    message: `Path ${pathName(path)} to ${path.siteName} is ${change.to}: ${change.cause}`,
    metadata: {
      path_id: path.id,
      source_label: path.localLabel,
      dest_label: path.remoteLabel,
      dest_site: path.siteName,
      cause: change.cause,
      previous: change.from,
      first_missed_at: firstMissedMs,
      rtt: quality.rttMs,
      latency: quality.forward.delayMs,
      jitter: quality.forward.jitterMs,
      loss: quality.forward.lossPercent,
      failed_direction: failedWay,
    },
  };
}

/**
 * Traffic was moved; null for moves that nobody needs to hear of, such as the first decision. `firstMissedMs` is when the
 * first probe was sent whose loss brought it about, unix ms; `pathCause` what the prober found out about the path left.
 */
export function moveEvent(
  plan: ProbePlan,
  move: Move,
  found: { firstMissedMs: number | null; pathCause: string | null },
): MoveEvent | null {
  const { change, decidedMs, kernelMs } = move;
  if (change.cause === 'initial' || change.cause === 'config_change') return null;
  const siteName = plan.siteNames.get(change.siteId)!;
  const cause = found.pathCause === null ? change.trigger : `${change.trigger} (${found.pathCause})`;
  const [eventType, severity] = kindOf(move);
  const stays = kernelMs === null ? ', and traffic stays where it was' : '';
  const route =
    change.to.length === 0
      ? `${change.policy.name} to ${siteName} has no usable path left${stays}`
      : `${change.policy.name} to ${siteName} moved from ${names(plan, change.from)} to ${names(plan, change.to)}`;
  return {
    eventType,
    severity,
    message: `${route}: ${cause}`,
    metadata: {
      policy: change.policy.name,
      policy_id: change.policy.id,
      dest_site: siteName,
      cause,
      kind: change.cause,
      from: ends(plan, change.from),
      to: ends(plan, change.to),
      first_missed_at: found.firstMissedMs,
      decided_at: decidedMs,
      kernel_at: kernelMs,
      outage_estimate_ms:
        change.cause !== 'failover' || found.firstMissedMs === null || kernelMs === null
          ? null
          : kernelMs - found.firstMissedMs,
    },
  };
}

function kindOf({ change }: Move): [MoveEvent['eventType'], MoveEvent['severity']] {
  if (change.to.length === 0) return ['policy_unserved', 'error'];
  if (change.cause === 'failover') return ['failover', 'warning'];
  return [change.cause === 'better_path' ? 'better_path' : 'failback', 'info'];
}

/** The kernel did not take a group. */
export function refusalEvent(groupId: number, refusal: NextHopRefusal): EventContent<'edge_error'> {
  const remedy = refusal.missing
    ? 'the group or one of its next hops does not exist yet; it is tried again every second'
    : 'it is tried again every second';
  return {
    eventType: 'edge_error',
    severity: 'error',
    message: `The kernel refused next-hop group ${groupId}: ${refusal.text}; ${remedy}`,
    metadata: { group: groupId, errno: refusal.errno, cause: refusal.text },
  };
}

export const pathName = (path: PlannedPath): string => `${path.localLabel} → ${path.remoteLabel}`;

const pathOf = (plan: ProbePlan, { pathId }: ChosenPath): PlannedPath | undefined =>
  plan.paths[plan.steering.indexOfPath.get(pathId) ?? -1];

const ends = (plan: ProbePlan, chosen: readonly ChosenPath[]): EventMetadata<'failover'>['from'] =>
  chosen.map((each) => {
    const path = pathOf(plan, each);
    return { path_id: each.pathId, label: path?.localLabel ?? null, remote_label: path?.remoteLabel ?? null };
  });

function names(plan: ProbePlan, chosen: readonly ChosenPath[]): string {
  const known = chosen.map((each) => pathOf(plan, each)).filter((path) => path !== undefined);
  return known.length === 0 ? 'no path' : known.map(pathName).join(', ');
}
