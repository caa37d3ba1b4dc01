import { expect, it } from 'vitest';
import { VirtualTime } from './virtual-time.ts';

it('fires timers in order of their time, and those that a timer starts', async () => {
  const time = new VirtualTime();
  const fired: string[] = [];
  time.after('late', 20, () => fired.push(`late at ${time.now()}`));
  time.after('early', 10, () => {
    fired.push(`early at ${time.now()}`);
    time.after('child', 5, () => fired.push(`child at ${time.now()}`));
  });
  await time.advance(30);
  expect(fired).toEqual(['early at 10', 'child at 15', 'late at 20']);
  expect(time.now()).toBe(30);
});

it('repeats what is to be repeated until it is cancelled', async () => {
  const time = new VirtualTime();
  let ticks = 0;
  const timer = time.every('tick', 10, () => (ticks += 1));
  await time.advance(35);
  timer.cancel();
  await time.advance(100);
  expect(ticks).toBe(3);
  expect(time.waiting()).toEqual([]);
});
