/** A range of time as the address bar has it: `-1h` up to now, or two moments in unix ms. */
export interface TimeRange {
  /** `-15m`, `-1h`, `-7d`, or unix ms. */
  readonly from: string;
  /** Empty: up to now. */
  readonly to: string;
}

export interface Span {
  /** Unix ms. */
  readonly from: number;
  readonly to: number;
}

export const shownFirst: TimeRange = { from: '-1h', to: '' };

export const relativeRanges: readonly { readonly value: string; readonly label: string }[] = [
  { value: '-5m', label: '5 min' },
  { value: '-15m', label: '15 min' },
  { value: '-1h', label: '1 h' },
  { value: '-6h', label: '6 h' },
  { value: '-24h', label: '24 h' },
  { value: '-7d', label: '7 d' },
  { value: '-30d', label: '30 d' },
];

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How long a relative range is, ms; null for an absolute one. */
export function lengthOf(from: string): number | null {
  const [, count, unit] = /^-(\d{1,5})([smhd])$/.exec(from) ?? [];
  return count === undefined || unit === undefined ? null : Number(count) * unitMs[unit]!;
}

/** The moments that a range means now. One that makes no sense is the last hour. */
export function spanOf(range: TimeRange, now: number): Span {
  const length = lengthOf(range.from);
  if (length !== null) return { from: now - length, to: now };
  const [from, to] = [Number(range.from), range.to === '' ? now : Number(range.to)];
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) return { from, to };
  return { from: now - unitMs['h']!, to: now };
}

/** Steps that people can read off a curve; the controller keeps nothing finer than a second. */
const steps = [1, 2, 5, 10, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400].map((seconds) => seconds * 1000);

/** The finest step, ms, with which a span has at most so many points. */
export const stepFor = ({ from, to }: Span, mostPoints = 300): number =>
  steps.find((step) => (to - from) / step <= mostPoints) ?? steps.at(-1)!;
