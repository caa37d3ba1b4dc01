import { describe, expect, it } from 'vitest';
import { addSamples, ratesOf, type Samples } from './rates.ts';

const after = (...samples: [at: number, packets: number, bytes: number][]) => {
  const add = (before: Samples, [at, packets, bytes]: [number, number, number]): Samples =>
    addSamples(before, new Map([['voice', { packets, bytes }]]), at);
  return ratesOf(samples.reduce(add, new Map()).get('voice'));
};

describe('rates', () => {
  it('are unknown after one sample', () => {
    expect(after([0, 5, 500])).toEqual({ packetsPerSecond: null, bitsPerSecond: null });
  });

  it('are means over the last seconds', () => {
    expect(after([0, 0, 0], [2000, 100, 10_000], [4000, 400, 40_000])).toEqual({
      packetsPerSecond: 100,
      bitsPerSecond: 80_000,
    });
  });

  it('forget what is older than the window', () => {
    expect(after([0, 0, 0], [20_000, 1000, 0], [22_000, 1000, 0]).packetsPerSecond).toBe(0);
  });

  it('are unknown until a counter was counted again, and then of the time between', () => {
    const told = (at: number, bytes: number) => new Map([['tunnel', { packets: 0, bytes, at }]]);
    let samples: Samples = new Map();
    const rateAfter = (now: number, at: number, bytes: number) => {
      samples = addSamples(samples, told(at, bytes), now, 35_000);
      return ratesOf(samples.get('tunnel')).bitsPerSecond;
    };
    expect([rateAfter(3_000, 0, 0), rateAfter(6_000, 0, 0), rateAfter(12_000, 10_000, 10_000)]).toEqual([
      null,
      null,
      8_000,
    ]);
    expect([rateAfter(24_000, 20_000, 30_000), rateAfter(60_000, 20_000, 30_000)]).toEqual([12_000, null]);
  });

  it('start again after a counter was reset, instead of going below zero', () => {
    expect(after([0, 100, 1], [1000, 10, 1]).packetsPerSecond).toBeNull();
  });
});
