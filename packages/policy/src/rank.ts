import type { PolicyAction } from '@patronus/core';
import type { CandidatePath, PathReading } from './decision.ts';
import type { SlaVerdict } from './sla.ts';

/**
 * How well a path suits a policy, as one number that is cheap to compare; lower is better. From the highest bits down:
 *
 * - taken out of use by an override: such a path is worse than every other that is not down;
 * - the tier: SLA met (or none asked) 0, not yet measured 1, violated 2, state of the path unknown 3;
 * - where the SLA is violated: degraded, since the healthiest of the unfit is the least harm;
 * - avoided label;
 * - preference: position in the policy's list, doubled, plus one when only one end has the label;
 * - degraded.
 *
 * Cost and delay decide between paths of equal rank.
 */
export type Rank = number;

/** The rank of a path that must not be used: down, or with a label that the policy never uses. */
export const unusable: Rank = 0xffff;

/** The suitability of a path with a label that the policy never uses. */
export const never = 0xffff;

const outOfUseBit = 1 << 15;
const tierShift = 13;
const tierMask = 3;
const degradedWhenViolated = 1 << 12;
const avoidBit = 1 << 11;
const maxPreference = 1023;

export const tiers = { met: 0, unmeasured: 1, violated: 2, unknown: 3 } as const satisfies Record<
  SlaVerdict | 'unknown',
  number
>;

/** The part of the rank that the labels decide; {@link never} when they rule the path out. */
export function suitability(action: PolicyAction, path: CandidatePath): number {
  const ends = [path.localLabel, path.remoteLabel];
  if (ends.some((label) => action.never?.includes(label))) return never;
  const prefer = action.prefer ?? [];
  const [local, remote] = ends.map((label) => (prefer.includes(label) ? prefer.indexOf(label) : prefer.length));
  const preference = 2 * Math.min(local!, remote!) + (local === remote ? 0 : 1);
  const avoided = ends.some((label) => action.avoid?.includes(label));
  return (avoided ? avoidBit : 0) | (Math.min(preference, maxPreference) << 1);
}

/**
 * The part of the rank that the path's reading and its verdict under the SLA decide, {@link unusable} when it is down; the
 * verdict is null where the policy has no SLA.
 */
export function condition({ health, override }: PathReading, verdict: SlaVerdict | null): number {
  if (health === 'down') return unusable;
  const outOfUse = override === null ? 0 : outOfUseBit;
  if (health === 'unknown') return outOfUse | (tiers.unknown << tierShift);
  const tier = tiers[verdict ?? 'met'];
  const degraded = health === 'degraded' ? (tier === tiers.violated ? degradedWhenViolated : 1) : 0;
  return outOfUse | (tier << tierShift) | degraded;
}

/** The rank of a path whose labels have the given suitability, in the given condition. */
export const rankOf = (suits: number, conditionNow: number): Rank => suits | conditionNow;

/** The rank that a path not yet measured has if it turns out to meet the SLA; that of any other path as it is. */
export const rankIfMet = (rank: Rank): Rank =>
  tierOf(rank) === tiers.unmeasured ? rank - (tiers.unmeasured << tierShift) : rank;

export const tierOf = (rank: Rank): number => (rank >> tierShift) & tierMask;

export const isOutOfUse = (rank: Rank): boolean => rank !== unusable && (rank & outOfUseBit) !== 0;

/** Whether traffic must leave a path of rank `a` at once where one of rank `b` is at hand. */
export const isOfWorseTier = (a: Rank, b: Rank): boolean => a >> tierShift > b >> tierShift;

export const isPreferred = (action: PolicyAction, rank: Rank): boolean =>
  (rank & (avoidBit - 1)) >> 1 < 2 * (action.prefer?.length ?? 0);

export const isAvoided = (rank: Rank): boolean => (rank & avoidBit) !== 0;

export function isDegraded(rank: Rank): boolean {
  if (tierOf(rank) === tiers.violated) return (rank & degradedWhenViolated) !== 0;
  return tierOf(rank) !== tiers.unknown && (rank & 1) !== 0;
}
