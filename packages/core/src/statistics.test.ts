import { describe, expect, it } from 'vitest';
import { mean, median, percentile } from './statistics.ts';

describe('statistics', () => {
  const samples = [15, 20, 35, 40, 50];
  it.each([
    [0, 15],
    [0.05, 15],
    [0.3, 20],
    [0.4, 20],
    [0.5, 35],
    [1, 50],
  ])('the %d share by nearest rank is %d', (share, value) => expect(percentile(samples, share)).toBe(value));
  it('sorts numbers as numbers and leaves its input alone', () => {
    const unsorted = [100, 9, 20];
    expect(median(unsorted)).toBe(20);
    expect(unsorted).toEqual([100, 9, 20]);
  });
  it('averages', () => expect(mean([1, 2, 6])).toBe(3));
  it('says that nothing has no figure', () => {
    for (const figure of [percentile([], 0.5), median([]), mean([])]) expect(figure).toBeNaN();
  });
});
