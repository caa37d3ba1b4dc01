import { expect, test } from 'vitest';
import { netemCommand } from './netem-emulator.ts';

test('a plain delay', () => {
  const impairment = { delayMs: 8, jitterMs: 0, lossPercent: 0, rateBps: 50e6 };
  expect(netemCommand({ direction: 'out', impairment })).toBe(
    'qdisc replace dev transit root netem limit 1240 delay 8ms rate 50000000bit',
  );
});

test('jitter, loss and no rate, towards the site', () => {
  const impairment = { delayMs: 38, jitterMs: 3, lossPercent: 2.5, rateBps: null };
  expect(netemCommand({ direction: 'in', impairment })).toBe(
    'qdisc replace dev gateway root netem limit 8514 delay 38ms 3ms loss 2.5%',
  );
});
