import { expect, test } from 'vitest';
import { netemCommand } from './netem-emulator.ts';

const plain = {
  delayMs: 0,
  jitterMs: 0,
  lossPercent: 0,
  rateBps: null,
  reorderPercent: 0,
  duplicatePercent: 0,
} as const;

test('a plain delay', () => {
  const impairment = { ...plain, delayMs: 8, rateBps: 50e6 };
  expect(netemCommand({ direction: 'out', impairment })).toBe(
    'qdisc replace dev transit root netem limit 1240 delay 8ms rate 50000000bit',
  );
});

test('jitter, loss and no rate, towards the site', () => {
  const impairment = { ...plain, delayMs: 38, jitterMs: 3, lossPercent: 2.5 };
  expect(netemCommand({ direction: 'in', impairment })).toBe(
    'qdisc replace dev gateway root netem limit 8514 delay 38ms 3ms loss 2.5%',
  );
});

test('reordering and duplication', () => {
  const impairment = { ...plain, delayMs: 10, reorderPercent: 5, duplicatePercent: 1.5 };
  expect(netemCommand({ direction: 'out', impairment })).toBe(
    'qdisc replace dev transit root netem limit 5954 delay 10ms reorder 5% duplicate 1.5%',
  );
});
