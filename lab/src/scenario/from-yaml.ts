import { InvalidInputError, type FieldProblem } from '@patronus/core';
import type { HostRef, Stream } from '../traffic/index.ts';
import { parseMoment } from './moment.ts';
import type { CheckKind, Expectation, Moment, ProgramName, Scenario, Step, StepAction } from './scenario.ts';
import { parseDuration } from './units.ts';

/** As the YAML file has it, once the schemas let it pass. */
export interface RawScenario {
  readonly name: string;
  readonly description: string;
  readonly duration: string;
  readonly settle?: string;
  readonly undisturbed?: string;
  readonly before?: Scenario['before'];
  readonly streams: readonly Raw<'kind', Stream['kind']>[];
  readonly steps?: readonly Raw<'do', StepAction['do']>[];
  readonly expect: readonly Raw<'check', CheckKind>[];
}
type Raw<Key extends string, Kind> = Readonly<Record<Key, Kind>> & Readonly<Record<string, unknown>>;

/** Long enough for the prober to look at every path a few times. */
const defaultSettleMs = 3_000;
const defaultDatagramBytes = 172;
const defaultAnswerBytes = 2_000;
const defaultTimeoutMs = 2_000;
/** Edges report about once a second, in batches. */
const defaultTelemetryGapMs = 5_000;

/** The scenario that a checked file describes; what is wrong with its points of time is added to `problems`. */
export function fromYaml(raw: RawScenario, problems: FieldProblem[]): Scenario {
  const momentAt = (field: string, text: string | undefined): Moment | undefined => {
    if (text === undefined) return undefined;
    const moment = parseMoment(text);
    if (moment === null) {
      problems.push({
        field,
        problem: `"${text}" is no point of the run`,
        remedy: 'write a time such as 3s, the name of a step, or a name and a time such as cut + 2s',
      });
    }
    return moment ?? undefined;
  };
  return {
    name: raw.name,
    description: raw.description,
    durationMs: ms(raw.duration),
    settleMs: raw.settle === undefined ? defaultSettleMs : ms(raw.settle),
    ...(raw.undisturbed === undefined ? {} : { undisturbedMs: ms(raw.undisturbed) }),
    before: raw.before ?? [],
    streams: raw.streams.map(toStream),
    steps: (raw.steps ?? []).map(toStep).toSorted((a, b) => a.atMs - b.atMs),
    expect: raw.expect.map((entry, index) => ({
      ...toExpectation(entry),
      ...withoutUndefined({
        after: momentAt(`expect[${index}].after`, entry['after'] as string | undefined),
        before: momentAt(`expect[${index}].before`, entry['before'] as string | undefined),
      }),
    })),
  };
}

function toStream(raw: RawScenario['streams'][number]): Stream {
  const base = {
    name: raw['name'] as string,
    from: hostRef(raw['from'] as string),
    to: hostRef(raw['to'] as string),
    port: raw['port'] as number,
  };
  const number = (key: string, otherwise: number): number => (raw[key] as number | undefined) ?? otherwise;
  switch (raw.kind) {
    case 'udp':
      return {
        ...base,
        kind: 'udp',
        rate: raw['rate'] as number,
        bytes: number('bytes', defaultDatagramBytes),
        dscp: number('dscp', 0),
        ...(raw['flows'] === undefined ? {} : { flows: number('flows', 1) }),
      };
    case 'tcp':
      return { ...base, kind: 'tcp', rateBps: (raw['rate_mbit'] as number) * 1e6 };
    case 'request':
      return {
        ...base,
        kind: 'request',
        rate: raw['rate'] as number,
        answerBytes: number('bytes', defaultAnswerBytes),
        timeoutMs: raw['timeout'] === undefined ? defaultTimeoutMs : ms(raw['timeout']),
      };
  }
}

function hostRef(text: string): HostRef {
  const [site, host] = text.split('.');
  return host === undefined ? { site: site! } : { site: site!, host };
}

function toStep(raw: Raw<'do', StepAction['do']>, index: number): Step {
  const name = (raw['name'] as string | undefined) ?? `step-${index + 1}`;
  return { name, atMs: ms(raw['at']), action: toAction(raw) };
}

function toAction(raw: Raw<'do', StepAction['do']>): StepAction {
  const line = { site: raw['site'] as string, endpoint: raw['endpoint'] as string };
  const direction = (raw['direction'] as 'out' | 'in' | undefined) ?? 'both';
  switch (raw.do) {
    case 'break':
      return { do: 'break', ...line, direction, silent: raw['silent'] === true };
    case 'impair': {
      const { delay_ms: delayMs, jitter_ms: jitterMs, loss_percent: lossPercent, rate_mbit: rate } = raw;
      const { reorder_percent: reorderPercent, duplicate_percent: duplicatePercent } = raw;
      const rateBps = rate === undefined ? undefined : (rate as number) * 1e6;
      const worse = withoutUndefined({ delayMs, jitterMs, lossPercent, rateBps, reorderPercent, duplicatePercent });
      return { do: 'impair', ...line, direction, ...worse } as StepAction;
    }
    case 'drain':
    case 'undrain':
      return { do: raw.do, ...line };
    case 'heal':
      return { do: 'heal', ...withoutUndefined(line) };
    default:
      return { do: raw.do, program: raw['program'] as ProgramName };
  }
}

function toExpectation(raw: Raw<'check', CheckKind>): Expectation {
  const { max, max_percent: maxPercent, max_gap: maxGap, after: _after, before: _before, ...rest } = raw;
  switch (raw.check) {
    case 'outage':
    case 'delay':
    case 'stall':
    case 'latency':
      return { ...rest, maxMs: ms(max) } as Expectation;
    case 'loss':
      return { ...rest, maxPercent } as Expectation;
    case 'slow_packets': {
      const { over, ...others } = rest;
      return { ...others, overMs: ms(over), max } as Expectation;
    }
    case 'event':
      return { ...rest, min: raw['min'] ?? (max === 0 ? 0 : 1), max: max ?? null } as Expectation;
    case 'telemetry':
      return { ...rest, maxGapMs: maxGap === undefined ? defaultTelemetryGapMs : ms(maxGap) } as Expectation;
    default:
      return { ...rest, ...(max === undefined ? {} : { max }) } as Expectation;
  }
}

/** A duration that a schema has seen. */
function ms(text: unknown): number {
  const parsed = parseDuration(text as string);
  if (!parsed.ok) throw new InvalidInputError([{ field: 'duration', problem: parsed.error }]);
  return parsed.value;
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
