import { describe, expect, it } from 'vitest';
import { meanOpinionScore } from './mos.ts';

/** The one-way delay at which the E-model's rating is R, without loss and jitter. */
const delayFor = (rating: number) => {
  const impairment = 93.2 - rating;
  return impairment <= 0.024 * 177.3 ? impairment / 0.024 : (impairment + 0.11 * 177.3) / 0.134;
};

describe('the mean opinion score', () => {
  it.each([
    [93.2, 4.41],
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ])('for a rating of %d is the %d of ITU-T G.107, table B.1', (rating, score) => {
    const delayMs = delayFor(rating);
    expect(Math.abs(meanOpinionScore({ delayMs, jitterMs: 0, lossPercent: 0 }) - score)).toBeLessThan(0.011);
  });

  it('counts twice the jitter as delay', () => {
    const buffered = meanOpinionScore({ delayMs: 100, jitterMs: 20, lossPercent: 0 });
    expect(buffered).toBe(meanOpinionScore({ delayMs: 140, jitterMs: 0, lossPercent: 0 }));
  });

  it('falls with every kind of trouble, and ends at 1', () => {
    const clean = { delayMs: 20, jitterMs: 1, lossPercent: 0 };
    for (const worse of [{ delayMs: 200 }, { jitterMs: 60 }, { lossPercent: 2 }]) {
      expect(meanOpinionScore({ ...clean, ...worse })).toBeLessThan(meanOpinionScore(clean));
    }
    expect(meanOpinionScore({ delayMs: 5_000, jitterMs: 0, lossPercent: 100 })).toBe(1);
  });
});
