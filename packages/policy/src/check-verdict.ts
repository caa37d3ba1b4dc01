import { mean, median, unmeasured, type PathHealth } from '@patronus/core';
import { poorFigure } from './path-state.ts';
import { degradedQuality, profileTuning } from './tuning.ts';

/** One probe of a burst; `rttMs` is null where no reply came. */
export interface ProbeSample {
  readonly answered: boolean;
  readonly rttMs: number | null;
}

/** What a burst of probes says of a path. Times are round trips in ms, null where nothing was answered. */
export interface CheckVerdict {
  readonly health: Exclude<PathHealth, 'unknown'>;
  /** Why it is not up, for an operator; null where it is. */
  readonly cause: string | null;
  /** Share of probes without a reply, percent, of the way there and back together. */
  readonly lossPercent: number;
  readonly minRttMs: number | null;
  readonly medianRttMs: number | null;
}

/**
 * Judges a burst by the bounds that path states keep: down when it ends with as many misses as take a path down, or when
 * nothing was answered at all; degraded at the figures at which a path begins to be; up otherwise. Half a round trip stands
 * for one way. A burst is short, so that a single loss in it already counts as poor.
 */
export function checkVerdict(samples: readonly ProbeSample[]): CheckVerdict {
  const rtts = samples.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
  const answered = samples.filter((sample) => sample.answered).length;
  const lossPercent = samples.length === 0 ? 100 : (100 * (samples.length - answered)) / samples.length;
  const found = {
    lossPercent,
    minRttMs: rtts.length === 0 ? null : Math.min(...rtts),
    medianRttMs: rtts.length === 0 ? null : median(rtts),
  };
  const misses = samples.length - 1 - samples.findLastIndex((sample) => sample.answered);
  if (answered === 0 || misses >= profileTuning.default.path.downAfterMisses) {
    return { ...found, health: 'down', cause: `${misses} probes in a row unanswered` };
  }
  const forward = { lossPercent, delayMs: halved(median(rtts)), jitterMs: halved(jitterOf(rtts)) };
  const cause = poorFigure({ ...unmeasured, forward }, degradedQuality.enter);
  return { ...found, health: cause === null ? 'up' : 'degraded', cause };
}

/** Mean difference of round trips that follow each other; NaN for fewer than two. */
const jitterOf = (rtts: readonly number[]): number =>
  mean(rtts.slice(1).map((rtt, index) => Math.abs(rtt - rtts[index]!)));

const halved = (roundTripMs: number): number | null => (Number.isNaN(roundTripMs) ? null : roundTripMs / 2);
