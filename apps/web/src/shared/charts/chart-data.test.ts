import { describe, expect, it } from 'vitest';
import { alignSeries, stackColumns, type Series } from './chart-data.ts';

const series = (times: number[], values: (number | null)[]): Series => ({
  label: 'delay',
  times,
  values,
  color: '--series-1',
});

describe('the data of a chart', () => {
  it('has every step of the range, with a gap where nothing was measured', () => {
    const [times, values] = alignSeries([series([10_000, 30_000], [5, 7])], { from: 10_000, to: 40_000 }, 10_000);
    expect(times).toEqual([10, 20, 30, 40]);
    expect(values).toEqual([5, null, 7, null]);
  });

  it('puts values between steps into the step that they fall in, and leaves out what is not in the range', () => {
    const [, values] = alignSeries([series([9000, 12_500, 99_000], [1, 2, 3])], { from: 10_000, to: 29_000 }, 10_000);
    expect(values).toEqual([2, null]);
  });

  it('stacks series on each other', () => {
    expect(
      stackColumns([
        [1, 2, null, null],
        [10, null, 30, null],
      ]),
    ).toEqual([
      [1, 2, 0, null],
      [11, 2, 30, null],
    ]);
  });
});
