import { describe, expect, it } from 'vitest';
import { leastMean, mean, median, percentile } from './statistics.ts';

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

describe('what a mean is at least', () => {
  // Quantiles of chi-squared, halved: with this mean, so many events or more have a chance of 1 %.
  it.each([
    [3, 0.436],
    [5, 1.279],
    [10, 4.13],
    [20, 11.08],
    [100, 78.2],
  ])('after %d events is %d', (count, least) => expect(leastMean(count, 2.326)).toBeCloseTo(least, 1));
  it('is nothing where nothing happened', () => expect(leastMean(0, 2.326)).toBe(0));
});
