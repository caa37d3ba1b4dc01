import type { PathHealth, PathQuality, Sla } from '@patronus/core';

/** What a path broke an SLA by; `down` where it carried nothing. */
export type SlaFigure = 'down' | 'loss' | 'delay' | 'jitter' | 'reordering' | 'duplication' | 'mos';

/** The figure that was out of bounds, in its own unit: percent, ms or MOS; null for a path that was down. */
export interface SlaFault {
  readonly figure: SlaFigure;
  readonly value: number | null;
  readonly bound: number | null;
}

/** What an edge reported of a path at one moment. */
export interface SlaSample {
  /** Unix ms. */
  readonly at: number;
  readonly health: PathHealth;
  readonly quality: PathQuality;
}

export type SlaJudgement =
  { readonly verdict: 'in' | 'unknown' } | { readonly verdict: 'out'; readonly fault: SlaFault };

/**
 * Edges report each second, and every ten seconds what happened while the controller was away. A longer silence says nothing of
 * the path: that time is unknown.
 */
export const longestSilenceMs = 15_000;
/** What a report speaks for that follows such a silence. */
const reportMs = 1_000;
/** A violation is over when the path has kept its bounds for so long; what breaks them sooner is the same one. */
export const settledMs = 10_000;

/** Whether a sample keeps to the bounds. A figure that is bounded and was not measured leaves it unknown. */
export function judgeSla(sla: Sla, { health, quality }: Pick<SlaSample, 'health' | 'quality'>): SlaJudgement {
  if (health === 'unknown') return { verdict: 'unknown' };
  if (health === 'down') return { verdict: 'out', fault: { figure: 'down', value: null, bound: null } };
  const bounded = boundsOf(sla, quality).filter(({ bound }) => bound !== undefined);
  const broken = bounded.find(({ value, bound, isFloor }) => {
    if (value === null || value === undefined) return false;
    return isFloor ? value < bound! : value > bound!;
  });
  if (broken !== undefined) {
    return { verdict: 'out', fault: { figure: broken.figure, value: broken.value!, bound: broken.bound! } };
  }
  // a path that counts no order has none to keep
  const isWhole = bounded.every(({ value, isOptional }) => isOptional || (value !== null && value !== undefined));
  return { verdict: isWhole ? 'in' : 'unknown' };
}

const boundsOf = (sla: Sla, { forward, mos }: PathQuality) =>
  [
    { figure: 'loss', value: forward.lossPercent, bound: sla.maxLossPercent, isFloor: false, isOptional: false },
    { figure: 'delay', value: forward.delayMs, bound: sla.maxDelayMs, isFloor: false, isOptional: false },
    { figure: 'jitter', value: forward.jitterMs, bound: sla.maxJitterMs, isFloor: false, isOptional: false },
    {
      figure: 'reordering',
      value: forward.reorderingPercent,
      bound: sla.maxReorderingPercent,
      isFloor: false,
      isOptional: true,
    },
    {
      figure: 'duplication',
      value: forward.duplicationPercent,
      bound: sla.maxDuplicationPercent,
      isFloor: false,
      isOptional: true,
    },
    { figure: 'mos', value: mos, bound: sla.minMos, isFloor: true, isOptional: false },
  ] as const;

/** Since when a sample speaks, unix ms; `previousAt` is that of the sample before, null where there was none. */
export function coveredFrom(previousAt: number | null, at: number): number {
  if (previousAt === null || at - previousAt > longestSilenceMs) return at - reportMs;
  return Math.min(previousAt, at);
}

/** A time in which a path did not keep to an SLA. Times are unix ms. */
export interface SlaViolation extends SlaFault {
  readonly startedAt: number;
  /** Up to when it was out of bounds, as far as is known. */
  readonly lastOutAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
  /** The worst that the figure was. */
  readonly worst: number | null;
  /** How much of it the path was out of bounds. */
  readonly outMs: number;
}

/** What becomes of violations by one sample: of the latest one, and perhaps a new one after it. */
export function stepViolation(
  latest: SlaViolation | null,
  from: number,
  at: number,
  judgement: SlaJudgement,
): { readonly latest: SlaViolation | null; readonly next: SlaViolation | null } {
  if (judgement.verdict !== 'out') return { latest: latest === null ? null : ended(latest, at), next: null };
  const { fault } = judgement;
  if (latest !== null && from - latest.lastOutAt <= settledMs) {
    const outMs = latest.outMs + Math.max(0, at - Math.max(from, latest.startedAt));
    return { latest: { ...latest, lastOutAt: at, endedAt: null, outMs, worst: worseOf(latest, fault) }, next: null };
  }
  const next = { ...fault, startedAt: from, lastOutAt: at, endedAt: null, worst: fault.value, outMs: at - from };
  const over = latest?.endedAt === null ? { ...latest, endedAt: latest.lastOutAt } : latest;
  return { latest: over, next };
}

/** A violation as it is at a time: over, if it has not gone on for long enough. */
export const ended = (violation: SlaViolation, at: number): SlaViolation =>
  violation.endedAt === null && at - violation.lastOutAt >= settledMs
    ? { ...violation, endedAt: violation.lastOutAt }
    : violation;

function worseOf({ figure, worst }: SlaViolation, fault: SlaFault): number | null {
  if (fault.figure !== figure || fault.value === null || worst === null) return worst;
  return figure === 'mos' ? Math.min(worst, fault.value) : Math.max(worst, fault.value);
}
