import { describe, expect, it } from 'vitest';
import { dampedWait } from './damping.ts';

const damping = { baseMs: 3_000, maxMs: 60_000, stableAfterMs: 20_000 };

describe('a wait', () => {
  it('is the base at first', () => expect(dampedWait(0, 0, damping)).toBe(3_000));

  it('doubles with every relapse, up to its cap', () => {
    let waitMs = 0;
    const waits = Array.from({ length: 7 }, () => (waitMs = dampedWait(waitMs, 1_000, damping)));
    expect(waits).toEqual([3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000]);
  });

  it('is halved by every stretch of stability, down to the base', () => {
    expect(dampedWait(48_000, 20_000, damping)).toBe(24_000);
    expect(dampedWait(48_000, 65_000, damping)).toBe(6_000);
    expect(dampedWait(48_000, 3_600_000, damping)).toBe(3_000);
  });
});
