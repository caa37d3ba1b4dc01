import { describe, expect, test } from 'vitest';
import { mean } from '@patronus/core';
import { DelayLine, heldBackMs, queueLimitMs, settingWidth, writeImpairment } from './delay-line.ts';
import type { Impairment } from './impairment.ts';

/** Numbers that look random and are the same every time (a linear congruential generator). */
function seeded(seed = 1): { next(): number } {
  let state = seed;
  return {
    next: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
  };
}

function lineWith(impairment: Partial<Impairment>): { line: DelayLine; change(next: Partial<Impairment>): void } {
  const settings = new Float64Array(settingWidth);
  const change = (next: Partial<Impairment>): void =>
    writeImpairment(settings, {
      delayMs: 0,
      jitterMs: 0,
      lossPercent: 0,
      rateBps: null,
      reorderPercent: 0,
      duplicatePercent: 0,
      ...next,
    });
  change(impairment);
  return { line: new DelayLine(settings, seeded()), change };
}

const travel = (line: DelayLine, count: number, everyMs: number): number[] =>
  Array.from({ length: count }, (_, index) => line.admit(index * everyMs, 1000) - index * everyMs);

test('a packet comes out after the delay', () => {
  expect(lineWith({ delayMs: 20 }).line.admit(100, 1000)).toBe(120);
});

test('packets at the rate pass, the one behind waits for its turn', () => {
  const { line } = lineWith({ rateBps: 8e6 });
  expect(line.admit(0, 1000)).toBeCloseTo(1);
  expect(line.admit(0, 1000)).toBeCloseTo(2);
  expect(line.admit(10, 1000)).toBeCloseTo(11);
});

test('a packet that would wait longer than the queue is deep is dropped', () => {
  const { line } = lineWith({ rateBps: 8e6 });
  const releases = Array.from({ length: 200 }, () => line.admit(0, 1000));
  expect(releases.filter((release) => release >= 0)).toHaveLength(queueLimitMs + 1);
});

test('the given share of packets is lost', () => {
  const { line } = lineWith({ lossPercent: 5 });
  const lost = Array.from({ length: 20_000 }, (_, index) => line.admit(index, 100)).filter((at) => at < 0).length;
  expect(lost / 20_000).toBeCloseTo(0.05, 2);
});

describe('jitter', () => {
  test('keeps the delay within its bounds and uses all of them', () => {
    const delays = travel(lineWith({ delayMs: 50, jitterMs: 10 }).line, 5000, 25);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(40);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60);
    expect(mean(delays)).toBeCloseTo(50, 0);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(19);
  });

  test('differs from one probe to the next, a tenth of a second later, by two thirds of the amplitude on average', () => {
    const delays = travel(lineWith({ delayMs: 90, jitterMs: 80 }).line, 5000, 100);
    const differences = delays.slice(1).map((delay, index) => Math.abs(delay - delays[index]!));
    expect(mean(differences)).toBeGreaterThan(45);
    expect(mean(differences)).toBeLessThan(60);
  });

  test('never reorders, however dense the traffic', () => {
    const { line } = lineWith({ delayMs: 50, jitterMs: 40 });
    const releases = Array.from({ length: 5000 }, (_, index) => line.admit(index * 0.1, 100));
    expect(releases).toEqual(releases.toSorted((a, b) => a - b));
  });
});

test('a change holds from the next packet on, without overtaking those under way', () => {
  const { line, change } = lineWith({ delayMs: 100 });
  expect(line.admit(0, 100)).toBe(100);
  change({ delayMs: 10 });
  expect(line.admit(1, 100)).toBe(100);
  expect(line.admit(95, 100)).toBe(105);
});

test('the given share of packets is held back, and those behind overtake them', () => {
  const { line } = lineWith({ delayMs: 20, reorderPercent: 5 });
  const releases = Array.from({ length: 20_000 }, (_, index) => ({ index, at: line.admit(index, 100) - index }));
  const heldBack = releases.filter(({ at }) => at > 20);
  expect(heldBack.length / releases.length).toBeCloseTo(0.05, 2);
  expect(new Set(heldBack.map(({ at }) => at))).toEqual(new Set([20 + heldBackMs]));
});

test('the given share of packets comes out twice', () => {
  const { line } = lineWith({ duplicatePercent: 5 });
  const twice = Array.from({ length: 20_000 }, () => line.copies()).filter((copies) => copies === 2).length;
  expect(twice / 20_000).toBeCloseTo(0.05, 2);
  expect(lineWith({}).line.copies()).toBe(1);
});
