import { unmeasured, type PathQuality, type Sla } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { initialSlaState, stepSla, type SlaVerdict } from './sla.ts';
import { profileTuning } from './tuning.ts';

const voice: Sla = { maxDelayMs: 150, maxJitterMs: 30, maxLossPercent: 1 };
const quality = (delayMs: number | null, lossPercent: number | null, mos: number | null = 4.3): PathQuality => ({
  ...unmeasured,
  forward: { delayMs, jitterMs: 1, lossPercent },
  mos,
});

type Step = [atMs: number, seen: PathQuality, verdict: SlaVerdict];
const run = (sla: Sla, steps: Step[]) =>
  steps.reduce((state, [atMs, seen, verdict], index) => {
    const next = stepSla(state, sla, seen, atMs, profileTuning.default.sla);
    expect(next.verdict, `step ${index + 1} at ${atMs} ms`).toBe(verdict);
    return next;
  }, initialSlaState(0));

describe('an SLA', () => {
  const cases: Record<string, [Sla, Step[]]> = {
    'is judged at once when every bounded figure is measured': [
      voice,
      [
        [0, quality(null, 0), 'unmeasured'],
        [100, quality(20, 0), 'met'],
      ],
    ],
    'is violated at once when the first measurement breaks it': [voice, [[0, quality(20, 3), 'violated']]],
    'is met exactly on its bound': [voice, [[0, quality(150, 1), 'met']]],
    'is violated after a second outside its bounds': [
      voice,
      [
        [0, quality(20, 0), 'met'],
        [1_000, quality(160, 0), 'met'],
        [1_900, quality(160, 0), 'met'],
        [2_000, quality(160, 0), 'violated'],
      ],
    ],
    'forgives a burst': [
      voice,
      [
        [0, quality(20, 0), 'met'],
        [1_000, quality(20, 4), 'met'],
        [1_800, quality(20, 1), 'met'],
        [2_500, quality(20, 4), 'met'],
      ],
    ],
    'is met again only well inside its bounds, for five seconds': [
      voice,
      [
        [0, quality(160, 0), 'violated'],
        [10_000, quality(140, 0), 'violated'],
        [20_000, quality(120, 0), 'violated'],
        [24_900, quality(120, 0), 'violated'],
        [25_000, quality(120, 0), 'met'],
      ],
    ],
    'keeps its verdict while figures are missing': [
      voice,
      [
        [0, quality(20, 0), 'met'],
        [5_000, quality(null, null), 'met'],
      ],
    ],
    'holds a lower bound for the opinion score': [
      { minMos: 4 },
      [
        [0, quality(20, 0, 4.2), 'met'],
        [1_000, quality(20, 0, 3.9), 'met'],
        [2_000, quality(20, 0, 3.9), 'violated'],
        [10_000, quality(20, 0, 4.05), 'violated'],
        [20_000, quality(20, 0, 4.2), 'violated'],
        [25_000, quality(20, 0, 4.2), 'met'],
      ],
    ],
  };
  for (const [behaviour, [sla, steps]] of Object.entries(cases)) it(behaviour, () => void run(sla, steps));

  it('names the bound that was broken', () => {
    expect(run(voice, [[0, quality(20, 4), 'violated']]).breach).toBe('loss 4.0 % over 1 %');
    expect(run({ minMos: 4 }, [[0, quality(20, 0, 3.5), 'violated']]).breach).toBe('MOS 3.50 under 4');
  });
});
