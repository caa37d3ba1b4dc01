import { unmeasured, type PathQuality, type Sla } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { coveredFrom, judgeSla, longestSilenceMs, settledMs, stepViolation, type SlaViolation } from './sla-record.ts';

const sla: Sla = { maxDelayMs: 100, maxLossPercent: 1, minMos: 3.6 };
const quality = (delayMs: number, lossPercent: number, mos: number | null): PathQuality => ({
  ...unmeasured,
  forward: { ...unmeasured.forward, delayMs, lossPercent },
  mos,
});

describe('a sample under an SLA', () => {
  it.each([
    ['keeps all bounds', 'up', quality(99, 1, 4), { verdict: 'in' }],
    ['is over one', 'up', quality(120, 0, 4), out('delay', 120, 100)],
    ['is over two: the first counts', 'degraded', quality(120, 5, 4), out('loss', 5, 1)],
    ['is under a floor', 'up', quality(50, 0, 3), out('mos', 3, 3.6)],
    ['is down, whatever was measured before', 'down', quality(50, 0, 4), out('down', null, null)],
    ['is of nobody knows what', 'unknown', quality(50, 0, 4), { verdict: 'unknown' }],
    ['lacks a figure that is bounded', 'up', quality(50, 0, null), { verdict: 'unknown' }],
    ['lacks one and breaks another', 'up', quality(500, 0, null), out('delay', 500, 100)],
  ] as const)('that %s', (_name, health, given, expected) => {
    expect(judgeSla(sla, { health, quality: given })).toEqual(expected);
  });

  it('speaks since the one before, and for a second after a silence', () => {
    expect(coveredFrom(10_000, 11_000)).toBe(10_000);
    expect(coveredFrom(10_000, 10_000 + longestSilenceMs)).toBe(10_000);
    expect(coveredFrom(10_000, 100_000)).toBe(99_000);
    expect(coveredFrom(null, 50_000)).toBe(49_000);
    expect(coveredFrom(10_000, 9_000)).toBe(9_000);
  });
});

describe('violations', () => {
  const run = (values: readonly (number | null)[]): SlaViolation[] => {
    const all: SlaViolation[] = [];
    values.forEach((delay, index) => {
      const at = (index + 1) * 1_000;
      const judged =
        delay === null
          ? ({ verdict: 'unknown' } as const)
          : judgeSla(sla, { health: 'up', quality: quality(delay, 0, 4) });
      const { latest, next } = stepViolation(all.at(-1) ?? null, at - 1_000, at, judged);
      if (latest !== null) all[all.length - 1] = latest;
      if (next !== null) all.push(next);
    });
    return all;
  };
  const good = (count: number): number[] => Array.from({ length: count }, () => 50);
  const settled = settledMs / 1_000;

  it('begin with the first breach, remember the worst, and end when the bounds were kept for a while', () => {
    expect(run([50, 120, 200, 150, ...good(settled)])).toEqual([
      {
        figure: 'delay',
        value: 120,
        bound: 100,
        startedAt: 1_000,
        lastOutAt: 4_000,
        endedAt: 4_000,
        worst: 200,
        outMs: 3_000,
      },
    ]);
  });

  it('last while the path keeps its bounds for short times only', () => {
    const [only, ...others] = run([120, ...good(5), 130, ...good(3), 110]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ startedAt: 0, endedAt: null, outMs: 3_000, worst: 130 });
  });

  it('are two where enough good time lies between', () => {
    expect(run([120, ...good(settled + 1), 130]).map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual([
      [0, 1_000],
      [(settled + 2) * 1_000, null],
    ]);
  });

  it('end also where nothing is known any more', () => {
    expect(run([120, ...Array.from({ length: settled }, () => null)])[0]).toMatchObject({ endedAt: 1_000 });
  });
});

function out(figure: string, value: number | null, bound: number | null) {
  return { verdict: 'out', fault: { figure, value, bound } };
}
