import type { StreamResult } from '../traffic/index.ts';
import type { ObservedDecision, ObservedEvent } from './ports.ts';
import type { Moment, Window } from './scenario.ts';

/** Everything seen of one run. Times are unix ms. */
export interface Observations {
  readonly startedMs: number;
  readonly endedMs: number;
  /** In order of time. */
  readonly steps: readonly StepRun[];
  readonly streams: readonly StreamResult[];
  readonly decisions: readonly DecisionSample[];
  /** Oldest first. */
  readonly events: readonly ObservedEvent[];
  readonly measurements: readonly Measurements[];
}

export interface StepRun {
  readonly name: string;
  /** For a person: `break branch mpls`. */
  readonly text: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** What comes after it was put off by as long as it took. */
  readonly holds: boolean;
}

export interface DecisionSample extends ObservedDecision {
  readonly atMs: number;
}

/** When a path was measured, as the controller has it afterwards. */
export interface Measurements {
  readonly from: string;
  readonly to: string;
  readonly sourceLabel: string;
  readonly destLabel: string;
  readonly timesMs: readonly number[];
}

/**
 * The wall-clock bounds of a window. A step itself counts from its beginning, since what it brings about may be there
 * before its command has ended; a time after a step counts from its end, since on a busy machine a command takes long.
 */
export function boundsOf(seen: Pick<Observations, 'startedMs' | 'endedMs' | 'steps'>, window: Window): TimeSpan {
  const at = ({ step, offsetMs }: Moment): number => {
    if (step === null) return seen.startedMs + offsetMs;
    const run = seen.steps.find(({ name }) => name === step);
    if (run === undefined) return Number.NaN;
    return offsetMs === 0 ? run.startedMs : run.endedMs + offsetMs;
  };
  return {
    fromMs: window.after === undefined ? seen.startedMs : at(window.after),
    toMs: window.before === undefined ? seen.endedMs : Math.min(seen.endedMs, at(window.before)),
  };
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export const within = ({ fromMs, toMs }: TimeSpan, timeMs: number): boolean => timeMs >= fromMs && timeMs <= toMs;
export const overlaps = (a: TimeSpan, b: TimeSpan): boolean => a.fromMs < b.toMs && a.toMs > b.fromMs;
