import { describe, expect, it } from 'vitest';
import { spanOf, stepFor } from './time-range.ts';

const now = 1_000_000_000;

describe('a range of time', () => {
  it('goes with the clock where it is relative', () => {
    expect(spanOf({ from: '-15m', to: '' }, now)).toEqual({ from: now - 900_000, to: now });
  });

  it('stays where it is absolute', () => {
    expect(spanOf({ from: '500', to: '900' }, now)).toEqual({ from: 500, to: 900 });
  });

  it('that makes no sense is the last hour', () => {
    for (const range of [
      { from: 'yesterday', to: '' },
      { from: '900', to: '500' },
    ]) {
      expect(spanOf(range, now)).toEqual({ from: now - 3_600_000, to: now });
    }
  });

  it('is drawn in steps that leave few enough points', () => {
    for (const hours of [0.1, 1, 24, 24 * 30]) {
      const span = { from: now - hours * 3_600_000, to: now };
      expect((span.to - span.from) / stepFor(span, 300)).toBeLessThanOrEqual(300);
    }
    expect(stepFor({ from: now - 60_000, to: now })).toBe(1000);
  });
});
