import { expect, it } from 'vitest';
import { FailureLimit } from './failure-limit.ts';

it('stops a caller that fails again and again, forgives with time, and lets others pass', () => {
  let now = 0;
  const limit = new FailureLimit({ now: () => now, wall: () => now });
  for (let round = 0; round < 20; round++) {
    limit.check('guesser');
    limit.failed('guesser');
  }
  expect(() => limit.check('guesser')).toThrow(/wait 6 s/);
  limit.check('other');
  now += 6_000;
  limit.check('guesser');
  limit.failed('guesser');
  expect(() => limit.check('guesser')).toThrow(/too many/);
});
