import { describe, expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

const draw = (seed: number, count: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('seeded randomness', () => {
  it('repeats with its seed and differs without', () => {
    expect(draw(7, 100)).toEqual(draw(7, 100));
    expect(draw(8, 100)).not.toEqual(draw(7, 100));
  });
  it('spreads evenly over [0, 1)', () => {
    const tenths = Array<number>(10).fill(0);
    for (const number of draw(1, 10_000)) tenths[Math.floor(number * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
