import type { Span } from './time-range.ts';

/** A curve: values at times, ascending; null where nothing was measured. */
export interface Series {
  readonly label: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** A CSS variable: `--series-1`. */
  readonly color: string;
  readonly dashed?: boolean;
  /** The ground under the curve is filled. */
  readonly filled?: boolean;
}

/** What happened at a moment, shown as an upright line with its text. */
export interface EventMark {
  readonly at: number;
  readonly text: string;
  readonly color: string;
}

/** Up to (or from) where a figure is as agreed. */
export interface Bound {
  readonly value: number;
  readonly label: string;
}

/**
 * Series on one axis of times, in seconds as uPlot wants it. A step without a value has a gap of its own, so that a curve
 * does not run on through a time when nothing was measured.
 */
export function alignSeries(
  series: readonly Series[],
  { from, to }: Span,
  step: number,
): readonly (readonly (number | null)[])[] {
  const first = Math.floor(from / step) * step;
  const length = Math.max(1, Math.floor((to - first) / step) + 1);
  const times = Array.from({ length }, (_, index) => (first + index * step) / 1000);
  const columns = series.map(({ times: at, values }) => {
    const column: (number | null)[] = Array<number | null>(length).fill(null);
    for (const [index, time] of at.entries()) {
      const place = Math.floor((time - first) / step);
      if (place >= 0 && place < length) column[place] = values[index] ?? null;
    }
    return column;
  });
  return [times, ...columns];
}

/** Each series on top of those before it; a step without a value adds nothing, and is a gap where no series has one. */
export function stackColumns(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: number[] = [];
  return columns.map((column) =>
    column.map((value, index) => {
      if (columns.every((each) => each[index] === null)) return null;
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index];
    }),
  );
}
