import type { Stream } from '../traffic/index.ts';
import type { LineDirection } from '../wan/index.ts';

/** A trial of a lab: traffic, what is done to the network meanwhile, and what must hold. Times are ms. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly durationMs: number;
  /** How long every path must have been up before it starts. */
  readonly settleMs: number;
  /** For how long no traffic must have moved before it starts: what moved lately is trusted again more slowly. Absent: any time. */
  readonly undisturbedMs?: number;
  /** Which paths carry what before it starts. */
  readonly before: readonly Carriage[];
  readonly streams: readonly Stream[];
  /** In order of time. */
  readonly steps: readonly Step[];
  readonly expect: readonly Expectation[];
}

/** A policy's traffic from one site to another leaves over one of these labels. */
export interface Carriage {
  readonly policy: string;
  readonly from: string;
  readonly to: string;
  readonly uses: readonly string[];
}

export interface Step {
  /** By which expectations speak of it. */
  readonly name: string;
  /** When it is due after the start of the streams. */
  readonly atMs: number;
  readonly action: StepAction;
}

export type StepAction =
  | {
      readonly do: 'break';
      readonly site: string;
      readonly endpoint: string;
      readonly direction: LineDirection | 'both';
      readonly silent: boolean;
    }
  | {
      readonly do: 'impair';
      readonly site: string;
      readonly endpoint: string;
      readonly direction: LineDirection | 'both';
      readonly delayMs?: number;
      readonly jitterMs?: number;
      readonly lossPercent?: number;
      readonly rateBps?: number;
      readonly reorderPercent?: number;
      readonly duplicatePercent?: number;
    }
  /** An operator takes traffic off every path of an endpoint, or lets it return. */
  | { readonly do: 'drain' | 'undrain'; readonly site: string; readonly endpoint: string }
  /** Without a site all lines, without an endpoint all of the site's. */
  | { readonly do: 'heal'; readonly site?: string; readonly endpoint?: string }
  | { readonly do: 'kill' | 'start' | 'restart'; readonly program: ProgramName };

/** A program of the lab that a scenario may kill and start. */
export type ProgramName = 'controller' | `edge:${string}`;

/** A point of the run: so long after its start, the beginning of a step (offset 0), or so long after its end. */
export interface Moment {
  readonly step: string | null;
  readonly offsetMs: number;
}

/** The part of the run that an expectation speaks of; all of it where neither is given. */
export interface Window {
  readonly after?: Moment;
  readonly before?: Moment;
}

/** Parts of an event that must be there; metadata may hold more. */
export interface EventPattern {
  readonly type: string;
  readonly site?: string;
  /** Found within the cause in its metadata. */
  readonly cause?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Names of metadata that must be there and not null. */
  readonly has?: readonly string[];
}

export type Expectation =
  | (Window & { readonly check: 'outage'; readonly stream: string; readonly maxMs: number })
  | (Window & { readonly check: 'loss'; readonly stream: string; readonly maxPercent: number })
  | (Window & { readonly check: 'lost_packets'; readonly stream: string; readonly max: number })
  | (Window & { readonly check: 'delay'; readonly stream: string; readonly maxMs: number })
  | (Window & {
      readonly check: 'slow_packets';
      readonly stream: string;
      readonly overMs: number;
      readonly max: number;
    })
  | (Window & { readonly check: 'reordering'; readonly stream: string; readonly max: number })
  | { readonly check: 'tcp_survives'; readonly stream: string }
  | (Window & { readonly check: 'stall'; readonly stream: string; readonly maxMs: number })
  | (Window & { readonly check: 'failures'; readonly stream: string; readonly max: number })
  | (Window & { readonly check: 'latency'; readonly stream: string; readonly maxMs: number })
  | (Window & Carriage & { readonly check: 'path' })
  | (Window & EventPattern & { readonly check: 'event'; readonly min: number; readonly max: number | null })
  | { readonly check: 'event_order'; readonly events: readonly EventPattern[] }
  | (Window & {
      readonly check: 'telemetry';
      readonly from: string;
      readonly to: string;
      readonly endpoint?: string;
      readonly maxGapMs: number;
    });

export type CheckKind = Expectation['check'];

/** The step as a person calls it: `break branch mpls`. */
export function describeAction(action: StepAction): string {
  switch (action.do) {
    case 'break':
      return `${action.silent ? 'silently break' : 'break'} ${action.site} ${action.endpoint}${oneWay(action.direction)}`;
    case 'impair':
      return `impair ${action.site} ${action.endpoint}${oneWay(action.direction)}: ${impairmentText(action)}`;
    case 'heal':
      return action.site === undefined ? 'heal all' : ['heal', action.site, action.endpoint ?? ''].join(' ').trim();
    case 'drain':
    case 'undrain':
      return `${action.do} ${action.site} ${action.endpoint}`;
    default:
      return `${action.do} ${action.program}`;
  }
}

const oneWay = (direction: LineDirection | 'both'): string => (direction === 'both' ? '' : ` ${direction}`);

const impairmentText = (action: Extract<StepAction, { do: 'impair' }>): string =>
  [
    action.delayMs === undefined ? [] : [`delay ${action.delayMs} ms`],
    action.jitterMs === undefined ? [] : [`jitter ${action.jitterMs} ms`],
    action.lossPercent === undefined ? [] : [`loss ${action.lossPercent} %`],
    action.rateBps === undefined ? [] : [`rate ${action.rateBps / 1e6} Mbit/s`],
    action.reorderPercent === undefined ? [] : [`reordering ${action.reorderPercent} %`],
    action.duplicatePercent === undefined ? [] : [`duplication ${action.duplicatePercent} %`],
  ]
    .flat()
    .join(', ');
