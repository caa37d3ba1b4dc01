import type { DirectionQuality, PathQuality, SharesAtLeast, Sla } from '@patronus/core';
import { dampedWait } from './damping.ts';
import { slaRecoverMos, slaRecoverShare, type SlaTuning } from './tuning.ts';

/** `unmeasured` until every figure that the SLA bounds has been measured once. */
export type SlaVerdict = 'unmeasured' | 'met' | 'violated';

/** Memory of one path under one SLA. Times are ms of any one clock that does not jump. */
export interface SlaState {
  readonly verdict: SlaVerdict;
  readonly sinceMs: number;
  /** Since when quality speaks for the other verdict. */
  readonly turningSinceMs: number | null;
  /** Which bound was broken, while violated: `loss 4.0 % over 1 %`. */
  readonly breach: string | null;
  /** How long quality must keep the tightened bounds to be met again: grows with every relapse; 0 before the first breach. */
  readonly recoverDwellMs: number;
}

export const initialSlaState = (nowMs: number): SlaState => ({
  verdict: 'unmeasured',
  sinceMs: nowMs,
  turningSinceMs: null,
  breach: null,
  recoverDwellMs: 0,
});

/** Whether an SLA bounds anything. */
export const hasBounds = (sla: Sla | undefined): sla is Sla =>
  sla !== undefined &&
  (sla.maxDelayMs ??
    sla.maxJitterMs ??
    sla.maxLossPercent ??
    sla.maxReorderingPercent ??
    sla.maxDuplicationPercent ??
    sla.minMos) !== undefined;

/**
 * The next verdict on a path: the very same object when nothing changed. The first full measurement decides at once;
 * later changes need their dwell, or shares that are certain, and the way back needs quality clearly inside the bounds for
 * the longer the more often it was lost again.
 */
export function stepSla(state: SlaState, sla: Sla, quality: PathQuality, nowMs: number, tuning: SlaTuning): SlaState {
  if (state.verdict === 'unmeasured') {
    if (!isMeasured(sla, quality)) return state;
    return judged(state, sla, quality, nowMs, tuning);
  }
  const turns =
    state.verdict === 'met'
      ? breaks(sla, quality)
      : isMeasured(sla, quality) && !breaks(sla, quality, slaRecoverShare, slaRecoverMos);
  if (!turns) return state.turningSinceMs === null ? state : { ...state, turningSinceMs: null };
  if (state.verdict === 'met' && isCertain(sla, quality)) return judged(state, sla, quality, nowMs, tuning);
  if (state.turningSinceMs === null) return { ...state, turningSinceMs: nowMs };
  const dwellMs = state.verdict === 'met' ? tuning.violateDwellMs : state.recoverDwellMs;
  return nowMs - state.turningSinceMs < dwellMs ? state : judged(state, sla, quality, nowMs, tuning);
}

/** The first bound that the quality breaks, in words; null when it breaks none. Figures not measured break nothing. */
export function slaBreach(sla: Sla, { forward, mos }: PathQuality): string | null {
  const { lossPercent, reorderingPercent, duplicationPercent } = forward;
  const text = (what: string, percent: number, bound: number | undefined) =>
    `${what} ${percent.toFixed(1)} % over ${bound} %`;
  if (overShare(forward, 'lossPercent', sla.maxLossPercent)) return text('loss', lossPercent!, sla.maxLossPercent);
  if (over(forward.delayMs, sla.maxDelayMs)) {
    return `delay ${forward.delayMs.toFixed(1)} ms over ${sla.maxDelayMs} ms`;
  }
  if (over(forward.jitterMs, sla.maxJitterMs)) {
    return `jitter ${forward.jitterMs.toFixed(1)} ms over ${sla.maxJitterMs} ms`;
  }
  if (overShare(forward, 'reorderingPercent', sla.maxReorderingPercent)) {
    return text('reordering', reorderingPercent!, sla.maxReorderingPercent);
  }
  if (overShare(forward, 'duplicationPercent', sla.maxDuplicationPercent)) {
    return text('duplication', duplicationPercent!, sla.maxDuplicationPercent);
  }
  if (mos !== null && sla.minMos !== undefined && mos < sla.minMos) return `MOS ${mos.toFixed(2)} under ${sla.minMos}`;
  return null;
}

function judged(state: SlaState, sla: Sla, quality: PathQuality, nowMs: number, tuning: SlaTuning): SlaState {
  const breach = slaBreach(sla, quality);
  const { recoverDwellMs: baseMs, maxRecoverDwellMs: maxMs, stableAfterMs } = tuning;
  const relapse = (): number =>
    state.verdict === 'met'
      ? dampedWait(state.recoverDwellMs, nowMs - state.sinceMs, { baseMs, maxMs, stableAfterMs })
      : Math.max(baseMs, state.recoverDwellMs);
  return {
    verdict: breach === null ? 'met' : 'violated',
    sinceMs: nowMs,
    turningSinceMs: null,
    breach,
    recoverDwellMs: breach === null ? state.recoverDwellMs : relapse(),
  };
}

/**
 * {@link slaBreach} without the words, for every path on every step; the bounds scaled by `share`, MOS raised by `mosMargin`.
 * On the way back the shares count as they are, not as they are at least.
 */
const breaks = (sla: Sla, { forward, mos }: PathQuality, share?: number, mosMargin = 0): boolean =>
  (share === undefined
    ? overShares(forward, sla)
    : over(forward.lossPercent, sla.maxLossPercent, share) ||
      over(forward.reorderingPercent, sla.maxReorderingPercent, share) ||
      over(forward.duplicationPercent, sla.maxDuplicationPercent, share)) ||
  over(forward.delayMs, sla.maxDelayMs, share) ||
  over(forward.jitterMs, sla.maxJitterMs, share) ||
  (mos !== null && sla.minMos !== undefined && mos < sla.minMos + mosMargin);

/** Whether a share breaks its bound by what it is at least. */
const isCertain = (sla: Sla, { forward }: PathQuality): boolean =>
  forward.atLeast !== undefined && overShares(forward, sla);

const overShares = (forward: DirectionQuality, sla: Sla): boolean =>
  overShare(forward, 'lossPercent', sla.maxLossPercent) ||
  overShare(forward, 'reorderingPercent', sla.maxReorderingPercent) ||
  overShare(forward, 'duplicationPercent', sla.maxDuplicationPercent);

const overShare = (forward: DirectionQuality, name: keyof SharesAtLeast, bound: number | undefined): boolean =>
  bound !== undefined && over(forward.atLeast === undefined ? forward[name] : forward.atLeast[name], bound);

const over = (figure: number | null | undefined, bound: number | undefined, share = 1): figure is number =>
  figure !== null && figure !== undefined && bound !== undefined && figure > bound * share;

const isMeasured = (sla: Sla, { forward, mos }: PathQuality): boolean =>
  (sla.maxLossPercent === undefined || forward.lossPercent !== null) &&
  (sla.maxDelayMs === undefined || forward.delayMs !== null) &&
  (sla.maxJitterMs === undefined || forward.jitterMs !== null) &&
  (sla.minMos === undefined || mos !== null);
