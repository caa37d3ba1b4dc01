import type { PathHealth, PathQuality } from '@patronus/core';
import { dampedWait } from './damping.ts';
import { degradedQuality, type PathTuning } from './tuning.ts';

/** What the prober knows of a path at one moment. */
export interface PathObservation {
  /** Probes in a row that were not answered in time; 0 right after a reply. */
  readonly consecutiveMisses: number;
  /** Replies in a row; 0 right after a miss. */
  readonly consecutiveReplies: number;
  /** The same together with those of the far end that should have come since; 0 unless some of each are missing. */
  readonly missesOfBothEnds: number;
  /** The uplink has no carrier, no address, or is set down. */
  readonly linkDown: boolean;
  readonly quality: PathQuality;
}

/** Memory of one path. Times are ms of any one clock that does not jump. */
export interface PathState {
  readonly health: PathHealth;
  readonly sinceMs: number;
  /** When the path last became usable (up, or degraded from unknown or down); null while it is not. */
  readonly usableSinceMs: number | null;
  /** Start of the run of replies by which a path that is down recovers. */
  readonly goodSinceMs: number | null;
  /** How long that run must last: grows with every relapse, and shrinks while the path is stable. */
  readonly recoverDwellMs: number;
  /** Since when quality speaks for the other of up and degraded. */
  readonly turningSinceMs: number | null;
}

export interface PathChange {
  readonly from: PathHealth;
  readonly to: PathHealth;
  /** For an operator, without names: `3 probes in a row unanswered`. */
  readonly cause: string;
}

export interface PathStep {
  /** The very same object when nothing changed. */
  readonly state: PathState;
  readonly changed?: PathChange;
}

export const initialPathState = (nowMs: number): PathState => ({
  health: 'unknown',
  sinceMs: nowMs,
  usableSinceMs: null,
  goodSinceMs: null,
  recoverDwellMs: 0,
  turningSinceMs: null,
});

/**
 * The next state of a path. To be called after every reply, every miss, every change of the link, and now and then in
 * between: all dwell times are judged against `nowMs`.
 */
export function stepPathState(
  state: PathState,
  observed: PathObservation,
  nowMs: number,
  tuning: PathTuning,
): PathStep {
  const outage = outageOf(observed, tuning);
  if (outage !== null) {
    return state.health === 'down' ? { state: endRun(state) } : goDown(state, outage, nowMs, tuning);
  }
  switch (state.health) {
    case 'unknown':
      if (observed.consecutiveReplies < tuning.upAfterReplies) return { state };
      return become(state, 'up', `${observed.consecutiveReplies} probes in a row answered`, nowMs);
    case 'down':
      return recover(state, observed, nowMs, tuning);
    default:
      return judgeQuality(state, observed.quality, nowMs, tuning);
  }
}

function outageOf(observed: PathObservation, tuning: PathTuning): string | null {
  if (observed.linkDown) return 'link down';
  const { consecutiveMisses, missesOfBothEnds } = observed;
  if (consecutiveMisses >= tuning.downAfterMisses) return `${consecutiveMisses} probes in a row unanswered`;
  return missesOfBothEnds < tuning.downAfterMisses ? null : `${missesOfBothEnds} probes in a row of either end missing`;
}

const endRun = (state: PathState): PathState => (state.goodSinceMs === null ? state : { ...state, goodSinceMs: null });

function goDown(state: PathState, cause: string, nowMs: number, tuning: PathTuning): PathStep {
  const { usableSinceMs } = state;
  const damping = {
    baseMs: tuning.recoverDwellMs,
    maxMs: tuning.maxRecoverDwellMs,
    stableAfterMs: tuning.stableAfterMs,
  };
  const recoverDwellMs =
    usableSinceMs === null ? damping.baseMs : dampedWait(state.recoverDwellMs, nowMs - usableSinceMs, damping);
  return {
    state: {
      health: 'down',
      sinceMs: nowMs,
      usableSinceMs: null,
      goodSinceMs: null,
      recoverDwellMs,
      turningSinceMs: null,
    },
    changed: { from: state.health, to: 'down', cause },
  };
}

function recover(state: PathState, observed: PathObservation, nowMs: number, tuning: PathTuning): PathStep {
  if (observed.consecutiveMisses >= tuning.runEndsAfterMisses) return { state: endRun(state) };
  if (observed.consecutiveReplies === 0) return { state };
  if (state.goodSinceMs === null) return { state: { ...state, goodSinceMs: nowMs } };
  const goodForMs = nowMs - state.goodSinceMs;
  if (goodForMs < state.recoverDwellMs || observed.consecutiveReplies < tuning.upAfterReplies) return { state };
  return become(state, 'up', `probes answered for ${(goodForMs / 1000).toFixed(1)} s`, nowMs);
}

function judgeQuality(state: PathState, quality: PathQuality, nowMs: number, tuning: PathTuning): PathStep {
  const degraded = state.health === 'degraded';
  const poor = poorFigure(quality, degraded ? degradedQuality.leave : degradedQuality.enter);
  const turns = degraded ? poor === null && quality.forward.lossPercent !== null : poor !== null;
  if (!turns) return { state: state.turningSinceMs === null ? state : { ...state, turningSinceMs: null } };
  if (state.turningSinceMs === null) return { state: { ...state, turningSinceMs: nowMs } };
  if (nowMs - state.turningSinceMs < tuning.qualityDwellMs) return { state };
  return poor === null
    ? become(state, 'up', 'loss, delay and jitter are normal again', nowMs)
    : become(state, 'degraded', poor, nowMs);
}

type Bounds = { readonly [K in keyof typeof degradedQuality.enter]: number };

/** The first figure that reaches its bound, in words; null when none does. Figures not measured reach none. */
export function poorFigure({ forward }: PathQuality, bounds: Bounds): string | null {
  if (forward.lossPercent !== null && forward.lossPercent >= bounds.lossPercent) {
    return `loss ${forward.lossPercent.toFixed(1)} %`;
  }
  if (forward.delayMs !== null && forward.delayMs >= bounds.delayMs) return `delay ${forward.delayMs.toFixed(0)} ms`;
  if (forward.jitterMs !== null && forward.jitterMs >= bounds.jitterMs)
    return `jitter ${forward.jitterMs.toFixed(0)} ms`;
  return null;
}

const become = (state: PathState, to: 'up' | 'degraded', cause: string, nowMs: number): PathStep => ({
  state: {
    ...state,
    health: to,
    sinceMs: nowMs,
    usableSinceMs: state.usableSinceMs ?? nowMs,
    goodSinceMs: null,
    turningSinceMs: null,
  },
  changed: { from: state.health, to, cause },
});
