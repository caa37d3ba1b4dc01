import { expect, it } from 'vitest';
import { ProbeRing, ringSize, type LossCount } from './probe-ring.ts';

const sendAll = (ring: ProbeRing, count: number): void => {
  for (let n = 0; n < count; n++) ring.sent(ring.open(100), 0, n);
};

const counts = (ring: ProbeRing, window = 100): LossCount => {
  const losses = { answered: 0, lostForward: 0, lostReverse: 0, missed: 0 };
  ring.count(window, 0, losses);
  return losses;
};

it('puts a gap down to the direction in which the probes were lost', () => {
  const ring = new ProbeRing();
  sendAll(ring, 8);
  ring.answer(0, 0);
  // Of 1, 2 and 3 one was reflected; its answer was lost.
  ring.answer(4, 2);
  // 5 and 6 were both reflected, their answers lost.
  ring.answer(7, 5);
  expect(counts(ring)).toEqual({ answered: 3, lostForward: 2, lostReverse: 3, missed: 0 });
});

it('takes back a loss when the answer comes late', () => {
  const ring = new ProbeRing();
  sendAll(ring, 3);
  ring.answer(0, 0);
  ring.answer(2, 1);
  expect(counts(ring).lostForward).toBe(1);
  ring.answer(1, 2);
  expect(counts(ring)).toEqual({ answered: 3, lostForward: 0, lostReverse: 0, missed: 0 });
});

it('holds nothing against a path whose reflector was started anew', () => {
  const ring = new ProbeRing();
  sendAll(ring, 4);
  ring.answer(0, 1_000);
  ring.answer(1, 1_001);
  ring.answer(2, 0);
  ring.answer(3, 1);
  expect(counts(ring)).toEqual({ answered: 4, lostForward: 0, lostReverse: 0, missed: 0 });
});

it('counts no further back than its window', () => {
  const ring = new ProbeRing();
  sendAll(ring, 50);
  ring.answer(9, 0);
  ring.answer(49, 1);
  expect(counts(ring, 20)).toEqual({ answered: 1, lostForward: 19, lostReverse: 0, missed: 0 });
});

it('goes on when sequence numbers pass 32 bits', () => {
  const ring = new ProbeRing();
  ring.next = 2 ** 32 - 1;
  sendAll(ring, 3);
  expect(ring.fullSequence(1)).toBe(2 ** 32 + 1);
  expect(ring.awaits(ring.fullSequence(1), 2)).toBe(true);
  expect(ring.awaits(ring.fullSequence(0xffff_ffff), 0)).toBe(true);
});

it('forgets what is older than it holds', () => {
  const ring = new ProbeRing();
  sendAll(ring, ringSize + 1);
  expect(ring.awaits(0, 0)).toBe(false);
  expect(ring.awaits(1, 1)).toBe(true);
});
