import { checkEvent, checkEventOrder } from './check-events.ts';
import { checkPath, checkTelemetry } from './check-network.ts';
import { checkStream } from './check-streams.ts';
import type { Observations } from './observations.ts';
import type { Expectation, Moment, Scenario } from './scenario.ts';
import { formatDuration } from './units.ts';
import type { Verdict } from './verdict.ts';

/** Judges a run. What could not be observed does not hold. */
export const evaluate = (scenario: Pick<Scenario, 'expect'>, seen: Observations): Verdict[] =>
  scenario.expect.map((expectation) => {
    const { expected, ...verdict } = judge(expectation, seen);
    return { ...verdict, expected: `${expected}${describeWindow(expectation)}` };
  });

function judge(expectation: Expectation, seen: Observations): Verdict {
  switch (expectation.check) {
    case 'path':
      return checkPath(expectation, seen);
    case 'telemetry':
      return checkTelemetry(expectation, seen);
    case 'event':
      return checkEvent(expectation, seen);
    case 'event_order':
      return checkEventOrder(expectation, seen);
    default:
      return checkStream(expectation, seen);
  }
}

function describeWindow(expectation: Expectation): string {
  const after = 'after' in expectation ? expectation.after : undefined;
  const before = 'before' in expectation ? expectation.before : undefined;
  return [
    after === undefined ? '' : `, after ${describeMoment(after)}`,
    before === undefined ? '' : `, before ${describeMoment(before)}`,
  ].join('');
}

const describeMoment = ({ step, offsetMs }: Moment): string =>
  step === null ? formatDuration(offsetMs) : offsetMs === 0 ? step : `${step} + ${formatDuration(offsetMs)}`;
