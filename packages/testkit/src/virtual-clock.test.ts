import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('virtual time', () => {
  let clock: VirtualClock;
  let fired: string[];
  const note = (name: string) => () => void fired.push(`${name}@${clock.now()}`);

  beforeEach(() => {
    clock = new VirtualClock(1_000);
    fired = [];
  });

  it('moves only when it is moved, on both clocks', () => {
    expect([clock.now(), clock.wall()]).toEqual([0, 1_000]);
    clock.advance(250);
    expect([clock.now(), clock.wall()]).toEqual([250, 1_250]);
  });

  it('fires timers in order of their time, then of their setting', () => {
    clock.after('late', 20, note('late'));
    clock.after('early', 10, note('early'));
    clock.after('late too', 20, note('late too'));
    clock.advance(19);
    expect(fired).toEqual(['early@10']);
    clock.advance(1);
    expect(fired).toEqual(['early@10', 'late@20', 'late too@20']);
  });

  it('fires what a timer sets on the way', () => {
    clock.after('first', 10, () => clock.after('second', 5, note('second')));
    clock.advance(15);
    expect(fired).toEqual(['second@15']);
  });

  it('repeats until cancelled, also from within', () => {
    const timer = clock.every('beat', 10, () => {
      note('beat')();
      if (fired.length === 3) timer.cancel();
    });
    clock.advance(100);
    expect(fired).toEqual(['beat@10', 'beat@20', 'beat@30']);
    expect(clock.waiting).toEqual([]);
  });

  it('tells who waits, the next one first', () => {
    clock.every('report', 1_000, () => {});
    clock.after('retry', 100, () => {});
    expect(clock.waiting).toEqual(['retry', 'report']);
  });

  it('lets promises settle between timers when asked to', async () => {
    const sleep = (ms: number) => new Promise<void>((resolve) => void clock.after('sleep', ms, resolve));
    const story = async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(10);
        note('woke')();
      }
    };
    const told = story();
    await clock.advanceAsync(30);
    await told;
    expect(fired).toEqual(['woke@10', 'woke@20', 'woke@30']);
  });
});
