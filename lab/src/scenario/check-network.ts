import { boundsOf, within, type Measurements, type Observations, type TimeSpan } from './observations.ts';
import type { Expectation } from './scenario.ts';
import { formatDuration } from './units.ts';
import type { Verdict } from './verdict.ts';

/** Whether a policy's traffic left over the expected labels at every look. */
export function checkPath(expectation: Extract<Expectation, { check: 'path' }>, seen: Observations): Verdict {
  const { policy, from, to, uses } = expectation;
  const span = boundsOf(seen, expectation);
  const samples = seen.decisions.filter(
    (sample) => sample.policy === policy && sample.from === from && sample.to === to && within(span, sample.atMs),
  );
  const wrong = samples.find(({ labels }) => labels.length === 0 || !labels.every((label) => uses.includes(label)));
  const describe = (labels: readonly string[]): string => (labels.length === 0 ? 'no path' : labels.join(' and '));
  const found =
    wrong !== undefined
      ? `${describe(wrong.labels)} ${formatDuration(wrong.atMs - seen.startedMs)} after the start`
      : samples.length === 0
        ? 'never seen'
        : describe(samples.at(-1)!.labels);
  return {
    holds: wrong === undefined && samples.length > 0,
    expected: `${policy} ${from} → ${to} uses ${uses.join(' or ')}`,
    found,
  };
}

/** Whether the controller has measurements of every path between two sites, without larger holes. */
export function checkTelemetry(expectation: Extract<Expectation, { check: 'telemetry' }>, seen: Observations): Verdict {
  const { from, to, endpoint, maxGapMs } = expectation;
  const span = boundsOf(seen, expectation);
  const paths = seen.measurements.filter(
    (path) => path.from === from && path.to === to && (endpoint === undefined || path.sourceLabel === endpoint),
  );
  const gaps = paths.map((path) => ({ path, gapMs: longestGapMs(path, span) })).toSorted((a, b) => b.gapMs - a.gapMs);
  const worst = gaps[0];
  const over = endpoint === undefined ? '' : ` over ${endpoint}`;
  return {
    holds: worst !== undefined && worst.gapMs <= maxGapMs,
    expected: `measurements of ${from} → ${to}${over} at most ${formatDuration(maxGapMs)} apart`,
    found:
      worst === undefined
        ? 'no such path'
        : `${formatDuration(worst.gapMs)} (${worst.path.sourceLabel} → ${worst.path.destLabel})`,
  };
}

function longestGapMs({ timesMs }: Measurements, span: TimeSpan): number {
  const times = [span.fromMs, ...timesMs.filter((time) => within(span, time)), span.toMs];
  return Math.max(0, ...times.slice(1).map((time, index) => time - times[index]!));
}
