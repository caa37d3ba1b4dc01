import type { Series } from '../../shared/charts/chart-data.ts';
import { stepFor, type Span } from '../../shared/charts/time-range.ts';

const [minuteMs, hourMs] = [60_000, 3_600_000];
/** What edges and the controller's ledger may take until counters are in the history, ms. */
const settledMs = 30_000;

/** GraphQL answers no more points at once; some of it stays free for ends that are rounded. */
const mostPoints = 4500;

/**
 * The step of a history of traffic over a span, ms: the controller keeps 10 s for an hour, minutes for two days, then hours
 * (docs/statistics.md), and a step that it does not keep would come back as another. The more objects are asked for at once,
 * the longer it is.
 */
export function trafficStep(span: Span, now: number, objects = 1): number {
  const age = now - span.from;
  const finest = age < hourMs - settledMs ? 10_000 : age < 47 * hourMs ? minuteMs : hourMs;
  return Math.max(finest, stepFor(span, Math.min(300, Math.max(1, Math.floor(mostPoints / objects)))));
}

export interface TrafficPoint {
  /** Where the step begins, unix ms. */
  readonly timestamp: number;
  readonly bytes: number;
}

/**
 * Bit/s in every step of a span. A step without a point had no traffic; the last one counts for as long as it has lasted,
 * once what was counted in it has arrived.
 */
export function bitRates(
  points: readonly TrafficPoint[],
  { from, to }: Span,
  step: number,
  now: number,
): Pick<Series, 'times' | 'values'> {
  const byTime = new Map(points.map(({ timestamp, bytes }) => [timestamp, bytes]));
  const times: number[] = [];
  const values: number[] = [];
  for (let time = Math.floor(from / step) * step; time <= to && now - time >= settledMs; time += step) {
    times.push(time);
    values.push(((byTime.get(time) ?? 0) * 8000) / Math.min(step, now - time));
  }
  return { times, values };
}
