import { describe, expect, it } from 'vitest';
import { checkVerdict, type ProbeSample } from './check-verdict.ts';

/** Round trips in ms; null for a probe without a reply. */
const burst = (...rtts: (number | null)[]): ProbeSample[] => rtts.map((rttMs) => ({ answered: rttMs !== null, rttMs }));

describe('a burst of probes', () => {
  it.each<[string, ProbeSample[], string, string | null]>([
    ['all answered at once', burst(20, 21, 20, 22, 20), 'up', null],
    ['one lost', burst(20, null, 20, 20, 20), 'degraded', 'loss 20.0 %'],
    ['slow answers', burst(900, 900, 901, 900, 900), 'degraded', 'delay 450 ms'],
    ['uneven answers', burst(20, 300, 20, 300, 20), 'degraded', 'jitter 140 ms'],
    ['no answer to the last three', burst(20, 20, null, null, null), 'down', '3 probes in a row unanswered'],
    ['no answer at first, as when a line comes back', burst(null, null, null, 20, 20), 'degraded', 'loss 60.0 %'],
    ['no answer at all', burst(null, null), 'down', '2 probes in a row unanswered'],
  ])('with %s', (_name, samples, health, cause) => {
    expect(checkVerdict(samples)).toMatchObject({ health, cause });
  });

  it('tells loss, and the shortest and the median round trip', () => {
    expect(checkVerdict(burst(24, null, 20, 30, 22))).toMatchObject({ lossPercent: 20, minRttMs: 20, medianRttMs: 22 });
    expect(checkVerdict(burst(null, null, null))).toMatchObject({
      lossPercent: 100,
      minRttMs: null,
      medianRttMs: null,
    });
  });
});
