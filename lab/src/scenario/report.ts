import { describeResult } from '../traffic/index.ts';
import type { Observations } from './observations.ts';
import type { Scenario } from './scenario.ts';
import type { Verdict } from './verdict.ts';

/** A run, what was seen, and whether it was as expected. */
export interface ScenarioReport {
  readonly scenario: Scenario;
  readonly observations: Observations;
  /** In the order of the scenario's expectations. */
  readonly verdicts: readonly Verdict[];
  readonly holds: boolean;
}

/** Longer expectations stand out to the right rather than moving all others there. */
const widestColumn = 80;

/** The report as a table for a person. */
export function renderReport({ scenario, observations, verdicts, holds }: ScenarioReport): string {
  const seconds = (timeMs: number): string => `${((timeMs - observations.startedMs) / 1000).toFixed(2)} s`.padStart(8);
  const width = Math.min(widestColumn, Math.max(...verdicts.map(({ expected }) => expected.length)));
  return [
    `${holds ? 'PASS' : 'FAIL'}  ${scenario.name}: ${scenario.description}`,
    ...observations.steps.map((step) => `  ${seconds(step.startedMs)}  ${step.text}`),
    ...observations.streams.map((stream) => `  ${stream.name}: ${describeResult(stream)}`),
    ...verdicts.map(
      (verdict) => `  ${verdict.holds ? 'ok  ' : 'FAIL'}  ${verdict.expected.padEnd(width)}  ${verdict.found}`,
    ),
  ].join('\n');
}

/** The report as data, without the single packets. */
export function reportData({ scenario, observations, verdicts, holds }: ScenarioReport): object {
  const streams = observations.streams.map(({ name, stream, result }) => {
    if (result.kind === 'request') return { name, stream, result };
    const { slices: _slices, ...figures } = result;
    if (figures.kind === 'tcp') return { name, stream, result: figures };
    const { lostPackets: _lost, arrivedPackets: _arrived, ...udp } = figures;
    return { name, stream, result: udp };
  });
  const { startedMs, endedMs, steps, events } = observations;
  return {
    name: scenario.name,
    description: scenario.description,
    holds,
    startedMs,
    endedMs,
    verdicts,
    steps,
    streams,
    events,
  };
}
