import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

describe('a token bucket', () => {
  const start = () => {
    const clock = { ms: 0 };
    return { clock, buckets: new TokenBuckets({ capacity: 3, perSecond: 0.5 }, () => clock.ms) };
  };

  it('lets a burst through, then tells how long to wait', () => {
    const { buckets } = start();
    expect(Array.from({ length: 5 }, () => buckets.take('a'))).toEqual([0, 0, 0, 2, 2]);
  });

  it('fills at its rate, and never above its size', () => {
    const { clock, buckets } = start();
    for (let taken = 0; taken < 3; taken++) buckets.take('a');
    clock.ms += 1_000;
    expect(buckets.take('a')).toBe(1);
    clock.ms += 1_000;
    expect(buckets.take('a')).toBe(0);
    clock.ms += 3_600_000;
    expect(Array.from({ length: 4 }, () => buckets.take('a'))).toEqual([0, 0, 0, 2]);
  });

  it('belongs to its key', () => {
    const { buckets } = start();
    for (let taken = 0; taken < 4; taken++) buckets.take('a');
    expect(buckets.take('b')).toBe(0);
  });

  it('is remembered for those who use it, however many strangers come', () => {
    const { buckets } = start();
    for (let taken = 0; taken < 3; taken++) buckets.take('a');
    for (let stranger = 0; stranger < 120_000; stranger++) {
      buckets.take(`stranger-${stranger}`);
      if (stranger % 10_000 === 0) expect(buckets.take('a')).toBeGreaterThan(0);
    }
  });
});
