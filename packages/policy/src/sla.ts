import type { PathQuality, Sla } from '@patronus/core';
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
}

export const initialSlaState = (nowMs: number): SlaState => ({
  verdict: 'unmeasured',
  sinceMs: nowMs,
  turningSinceMs: null,
  breach: null,
});

/** Whether an SLA bounds anything. */
export const hasBounds = (sla: Sla | undefined): sla is Sla =>
  sla !== undefined && (sla.maxDelayMs ?? sla.maxJitterMs ?? sla.maxLossPercent ?? sla.minMos) !== undefined;

/**
 * The next verdict on a path: the very same object when nothing changed. The first full measurement decides at once;
 * later changes need their dwell, and the way back needs quality clearly inside the bounds.
 */
export function stepSla(state: SlaState, sla: Sla, quality: PathQuality, nowMs: number, tuning: SlaTuning): SlaState {
  if (state.verdict === 'unmeasured') {
    if (!isMeasured(sla, quality)) return state;
    return verdict(slaBreach(sla, quality), nowMs);
  }
  const turns =
    state.verdict === 'met'
      ? breaks(sla, quality)
      : isMeasured(sla, quality) && !breaks(sla, quality, slaRecoverShare, slaRecoverMos);
  if (!turns) return state.turningSinceMs === null ? state : { ...state, turningSinceMs: null };
  if (state.turningSinceMs === null) return { ...state, turningSinceMs: nowMs };
  const dwellMs = state.verdict === 'met' ? tuning.violateDwellMs : tuning.recoverDwellMs;
  return nowMs - state.turningSinceMs < dwellMs ? state : verdict(slaBreach(sla, quality), nowMs);
}

/** The first bound that the quality breaks, in words; null when it breaks none. Figures not measured break nothing. */
export function slaBreach(sla: Sla, { forward, mos }: PathQuality): string | null {
  if (over(forward.lossPercent, sla.maxLossPercent)) {
    return `loss ${forward.lossPercent.toFixed(1)} % over ${sla.maxLossPercent} %`;
  }
  if (over(forward.delayMs, sla.maxDelayMs)) {
    return `delay ${forward.delayMs.toFixed(1)} ms over ${sla.maxDelayMs} ms`;
  }
  if (over(forward.jitterMs, sla.maxJitterMs)) {
    return `jitter ${forward.jitterMs.toFixed(1)} ms over ${sla.maxJitterMs} ms`;
  }
  if (mos !== null && sla.minMos !== undefined && mos < sla.minMos) return `MOS ${mos.toFixed(2)} under ${sla.minMos}`;
  return null;
}

const verdict = (breach: string | null, nowMs: number): SlaState => ({
  verdict: breach === null ? 'met' : 'violated',
  sinceMs: nowMs,
  turningSinceMs: null,
  breach,
});

/** {@link slaBreach} without the words, for every path on every step; the bounds scaled by `share`, MOS raised by `mosMargin`. */
const breaks = (sla: Sla, { forward, mos }: PathQuality, share = 1, mosMargin = 0): boolean =>
  over(forward.lossPercent, sla.maxLossPercent, share) ||
  over(forward.delayMs, sla.maxDelayMs, share) ||
  over(forward.jitterMs, sla.maxJitterMs, share) ||
  (mos !== null && sla.minMos !== undefined && mos < sla.minMos + mosMargin);

const over = (figure: number | null, bound: number | undefined, share = 1): figure is number =>
  figure !== null && bound !== undefined && figure > bound * share;

const isMeasured = (sla: Sla, { forward, mos }: PathQuality): boolean =>
  (sla.maxLossPercent === undefined || forward.lossPercent !== null) &&
  (sla.maxDelayMs === undefined || forward.delayMs !== null) &&
  (sla.maxJitterMs === undefined || forward.jitterMs !== null) &&
  (sla.minMos === undefined || mos !== null);
