/** Seen from the site: `out` leaves it, `in` arrives at it. */
export type LineDirection = 'out' | 'in';
export const lineDirections: readonly LineDirection[] = ['out', 'in'];

/** What one direction of a line does to packets. */
export interface Impairment {
  /** One-way delay, ms. */
  readonly delayMs: number;
  /** The delay wanders uniformly within ± this many ms; packets keep their order. */
  readonly jitterMs: number;
  /** Share of packets lost at random, percent. */
  readonly lossPercent: number;
  /** Bit/s; null for unlimited. */
  readonly rateBps: number | null;
  /** Share of packets that leave the order in which they came, percent. */
  readonly reorderPercent: number;
  /** Share of packets that arrive twice, percent. */
  readonly duplicatePercent: number;
}

/** The kinds of impairment by name. */
export const impairmentKinds = [
  'delayMs',
  'jitterMs',
  'lossPercent',
  'rateBps',
  'reorderPercent',
  'duplicatePercent',
] as const satisfies readonly (keyof Impairment)[];

/** A change of one direction of a line, named as in the lab's plan. */
export interface LineSetting {
  readonly line: string;
  readonly direction: LineDirection;
  readonly impairment: Impairment;
}
