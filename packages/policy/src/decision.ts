import type { PathHealth, PathId, PathOverride, PathQuality, Policy, ProbeProfile, SiteId } from '@patronus/core';

/** A path as selection knows it from the document. */
export interface CandidatePath {
  readonly pathId: PathId;
  readonly remoteSiteId: SiteId;
  readonly localLabel: string;
  readonly remoteLabel: string;
  /** Names the uplink at either end: paths that share one fail together. */
  readonly localEnd: string;
  readonly remoteEnd: string;
  readonly cost: number;
  readonly profile: ProbeProfile;
}

/** How that path is now. Times are ms of the same clock as `nowMs`. */
export interface PathReading {
  readonly health: PathHealth;
  /** Since when it has this health. */
  readonly healthSinceMs: number;
  readonly quality: PathQuality;
  /** By which traffic is to keep off it now; null where it may be used. */
  readonly override: PathOverride | null;
  /** Whether its latest probes were answered, which a path that is down must be for its dwell. */
  readonly answers?: boolean;
}

export interface ChosenPath {
  readonly pathId: PathId;
  /** Share of flows relative to the other chosen paths, 1–255. */
  readonly weight: number;
}

/** Which paths carry a policy's traffic to a site. No paths: nothing can carry it, packets are refused. */
export interface Decision {
  readonly policyId: number;
  readonly siteId: SiteId;
  readonly paths: readonly ChosenPath[];
  /** Over which a copy of each packet goes as well; null for none. */
  readonly copyPathId: PathId | null;
  readonly slaMet: boolean;
  /** Why these, for an operator. */
  readonly reason: string;
  /** Since when these paths carry the traffic. */
  readonly sinceMs: number;
  /** What the policy asked for when this was decided: a change of it explains a change of paths. */
  readonly policy: Policy;
  /** How well the (first) path suited the policy; see `rank.ts`. Null with no path. */
  readonly rank: number | null;
  /** Why traffic moved to these paths. */
  readonly movedFor: CauseOfChange;
  /** A path that would be better and has to prove itself first. */
  readonly challenger: { readonly pathId: PathId; readonly sinceMs: number } | null;
}

/**
 * - `initial`: the first decision for this policy and site.
 * - `failover`: a path in use became unfit, or was taken out of use.
 * - `failback`: traffic that had to leave a path moves to one that suits the policy better.
 * - `better_path`: a path that suits the policy better, or as well and is clearly faster; nothing had failed.
 * - `config_change`: the policy or the set of paths was changed.
 */
export type ChangeCause = 'initial' | 'failover' | 'failback' | 'better_path' | 'config_change';

export interface CauseOfChange {
  readonly cause: ChangeCause;
  /** What set it off, for an operator: `mpls → mpls is down`. */
  readonly trigger: string;
}

/** The paths of a decision changed. */
export interface DecisionChange extends CauseOfChange {
  readonly policy: Policy;
  readonly siteId: SiteId;
  readonly from: readonly ChosenPath[];
  readonly to: readonly ChosenPath[];
  readonly decision: Decision;
}

/** Whether two choices send the same flows over the same paths. */
export const samePaths = (a: readonly ChosenPath[], b: readonly ChosenPath[]): boolean =>
  a.length === b.length && a.every(({ pathId, weight }, i) => pathId === b[i]!.pathId && weight === b[i]!.weight);
