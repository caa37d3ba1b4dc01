import { expect, it } from 'vitest';
import { SeededRandom } from '@patronus/testkit';
import { ClockOffset } from './clock-offset.ts';

const second = 1_000;

/** A path of 10 ms each way and queues up to `queueMs`, to a clock that is `aheadMs` ahead. */
function observe(offset: ClockOffset, random: SeededRandom, nowMs: number, aheadMs: number, queueMs = 20): void {
  const [forward, reverse] = [10 + random.next() * queueMs, 10 + random.next() * queueMs];
  offset.observe(nowMs, forward + reverse, aheadMs + (forward - reverse) / 2);
}

it('finds the offset through queues that differ by direction', () => {
  const [offset, random] = [new ClockOffset(), new SeededRandom(1)];
  for (let n = 0; n < 300; n++) observe(offset, random, n * 100, 5_000);
  expect(Math.abs(offset.offsetMs - 5_000)).toBeLessThan(1);
});

it('follows a clock that drifts by 50 µs a second', () => {
  const [offset, random] = [new ClockOffset(), new SeededRandom(1)];
  for (let n = 0; n < 3_000; n++) observe(offset, random, n * 100, n * 0.005, 1);
  expect(Math.abs(offset.offsetMs - 15)).toBeLessThan(3.5);
});

it('follows a clock that was set, after a few samples', () => {
  const [offset, random] = [new ClockOffset(), new SeededRandom(1)];
  for (let n = 0; n < 100; n++) observe(offset, random, n * 100, 0, 1);
  for (let n = 100; n < 110; n++) observe(offset, random, n * 100, -700, 1);
  expect(Math.abs(offset.offsetMs + 700)).toBeLessThan(1);
});

it('does not take a longer way in one direction for a clock', () => {
  const offset = new ClockOffset();
  for (let n = 0; n < 100; n++) offset.observe(n * 100, 20, 0);
  for (let n = 100; n < 300; n++) expect(offset.observe(n * 100, 60, 20)).toBe(true);
  expect(offset.offsetMs).toBe(0);
});

it('forgets what it saw more than a minute ago', () => {
  const offset = new ClockOffset();
  offset.observe(0, 20, 0);
  for (let n = 1; n < 130; n++) offset.observe(n * second, 24, 1);
  expect(offset.offsetMs).toBe(1);
});
