import type { FieldProblem } from '@patronus/core';
import type { Stream } from '../traffic/index.ts';
import type { CheckKind, Expectation, Scenario } from './scenario.ts';

/** What a schema cannot say: names used twice or not at all, times out of order, checks that do not fit their stream. */
export function scenarioProblems(scenario: Scenario): FieldProblem[] {
  const streamNames = scenario.streams.map((stream) => stream.name);
  const stepNames = scenario.steps.map((step) => step.name);
  return [
    ...repeated(streamNames).map((name) => ({ field: 'streams', problem: `"${name}" is used twice` })),
    ...repeated(stepNames).map((name) => ({ field: 'steps', problem: `"${name}" is used twice` })),
    ...scenario.steps
      .filter((step) => step.atMs >= scenario.durationMs)
      .map((step) => ({
        field: `step ${step.name}.at`,
        problem: 'is after the end of the run',
        remedy: 'prolong the duration',
      })),
    ...scenario.expect.flatMap((entry, index) => [
      ...streamProblems(entry, index, scenario.streams),
      ...momentProblems(entry, index, stepNames),
    ]),
  ];
}

const fitting: Partial<Record<CheckKind, readonly Stream['kind'][]>> = {
  outage: ['udp'],
  loss: ['udp'],
  lost_packets: ['udp'],
  delay: ['udp'],
  slow_packets: ['udp'],
  reordering: ['udp'],
  tcp_survives: ['tcp'],
  stall: ['tcp'],
  failures: ['request'],
  latency: ['request'],
};

function streamProblems(entry: Expectation, index: number, streams: readonly Stream[]): FieldProblem[] {
  const kinds = fitting[entry.check];
  if (kinds === undefined || !('stream' in entry)) return [];
  const field = `expect[${index}].stream`;
  const stream = streams.find(({ name }) => name === entry.stream);
  if (stream === undefined) {
    const known = streams.map(({ name }) => name).join(', ');
    return [{ field, problem: `there is no stream "${entry.stream}"`, remedy: `use one of ${known}` }];
  }
  if (kinds.includes(stream.kind)) return [];
  return [{ field, problem: `${entry.check} is for ${kinds.join(' or ')}, and "${stream.name}" is ${stream.kind}` }];
}

function momentProblems(entry: Expectation, index: number, steps: readonly string[]): FieldProblem[] {
  if (!('after' in entry) && !('before' in entry)) return [];
  return (['after', 'before'] as const).flatMap((side) => {
    const step = entry[side]?.step ?? null;
    if (step === null || steps.includes(step)) return [];
    return [
      {
        field: `expect[${index}].${side}`,
        problem: `there is no step "${step}"`,
        remedy: `name one of ${steps.join(', ')}`,
      },
    ];
  });
}

const repeated = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) < index)),
];
