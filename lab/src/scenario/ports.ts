import type { LabPlan } from '../topology/index.ts';
import type { RunningStream, Stream } from '../traffic/index.ts';
import type { StepAction } from './scenario.ts';

/** A path as the controller shows it. Times are unix ms. */
export interface ObservedPath {
  readonly id: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly source_label: string;
  readonly dest_label: string;
  readonly health_status: string;
  readonly since: number | null;
  readonly stale: boolean;
}

/** Over which labels of its own a site sends a policy's traffic to another site. */
export interface ObservedDecision {
  readonly policy: string;
  readonly from: string;
  readonly to: string;
  readonly labels: readonly string[];
}

/** An event as the controller shows it. */
export interface ObservedEvent {
  readonly timestamp: number;
  readonly event_type: string;
  readonly message: string;
  readonly site: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** All that a scenario does to a lab and sees of it. */
export interface ScenarioLab {
  readonly plan: Pick<LabPlan, 'sites' | 'lines'>;
  startStream(stream: Stream): Promise<RunningStream>;
  act(action: StepAction): Promise<void>;
  /** Every line as the topology says, every program running. */
  restore(): Promise<void>;
  paths(): Promise<readonly ObservedPath[]>;
  /** As the controller tells them, or while it does not answer, the edges themselves. */
  decisions(): Promise<readonly ObservedDecision[]>;
  /** Oldest first. */
  events(sinceMs: number): Promise<readonly ObservedEvent[]>;
  /** Times at which there is a measurement of a path. */
  measuredTimes(pathId: string, fromMs: number, toMs: number): Promise<readonly number[]>;
}
