import { describe, expect, it } from 'vitest';
import { DelayMeter } from './delay-meter.ts';

/** Replies over a path whose forward delay is 20 ms in one tenth of a second and 30 in the next. */
function afterReplies(everyMs: number, intervalMs = 100): DelayMeter {
  const meter = new DelayMeter(20, intervalMs);
  for (let sentMs = 0; sentMs < 60_000; sentMs += everyMs) {
    const forwardMs = 20 + (Math.floor(sentMs / 100) % 2) * 10;
    const reachedMs = sentMs + forwardMs;
    meter.observe(sentMs, { sentMs, reachedMs, returnedMs: reachedMs, receivedMs: reachedMs + 20 }, true);
  }
  return meter;
}

describe('jitter', () => {
  it('is the mean difference between one probe and the next', () => {
    expect(afterReplies(100).forwardJitterMs).toBeCloseTo(10, 0);
    expect(afterReplies(100).reverseJitterMs).toBeCloseTo(0, 5);
  });

  it('is the same while the path is probed more often', () => {
    expect(afterReplies(20).forwardJitterMs).toBeCloseTo(10, 0);
  });

  it('is not affected by probes that left a little early', () => {
    expect(afterReplies(95).forwardJitterMs).toBeGreaterThan(7);
  });
});
