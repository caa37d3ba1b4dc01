import type { LineWiring } from '../network/index.ts';
import type { LinePlan } from '../topology/index.ts';
import type { LineSetting } from './impairment.ts';

export type EmulatorKind = 'netem' | 'tap';

/** The means by which lines delay, lose and limit packets. */
export interface LineEmulator {
  readonly kind: EmulatorKind;
  readonly wiring: LineWiring;
  /** Brings up what all lines share, in the core namespace, which exists. */
  start(): Promise<void>;
  /** Shell commands that lay a line's stretch in its provider namespace, so that its gateway device exists. */
  layScript(line: LinePlan): string;
  /** Changes lines while traffic flows. */
  apply(settings: readonly LineSetting[]): Promise<void>;
}
