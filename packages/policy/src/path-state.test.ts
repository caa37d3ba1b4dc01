import { unmeasured, type PathQuality } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { initialPathState, stepPathState, type PathObservation, type PathState } from './path-state.ts';
import { profileTuning } from './tuning.ts';

const tuning = profileTuning.default.path;
const good: PathQuality = { ...unmeasured, forward: { delayMs: 20, jitterMs: 1, lossPercent: 0 } };
const observed = (over: Partial<PathObservation>): PathObservation => ({
  consecutiveMisses: 0,
  consecutiveReplies: 0,
  missesOfBothEnds: 0,
  linkDown: false,
  quality: good,
  ...over,
});
const replies = (count: number): Partial<PathObservation> => ({ consecutiveReplies: count });
const misses = (count: number): Partial<PathObservation> => ({ consecutiveMisses: count });
const withQuality = (forward: Partial<PathQuality['forward']>): Partial<PathObservation> => ({
  consecutiveReplies: 9,
  quality: { ...good, forward: { ...good.forward, ...forward } },
});

/** At `atMs` this is seen, and this is what the path then is. */
type Step = [atMs: number, seen: Partial<PathObservation>, health: PathState['health']];

const run = (steps: Step[], from = initialPathState(0)): PathState =>
  steps.reduce((state, [atMs, seen, health], index) => {
    const next = stepPathState(state, observed(seen), atMs, tuning).state;
    expect(next.health, `step ${index + 1} at ${atMs} ms`).toBe(health);
    return next;
  }, from);

const up: Step[] = [[0, replies(3), 'up']];
/** Up for long, then cut. */
const cutAt = (atMs: number): Step[] => [...up, [atMs, misses(3), 'down']];

describe('a path', () => {
  const cases: Record<string, Step[]> = {
    'is unknown until three replies in a row': [
      [0, replies(1), 'unknown'],
      [100, misses(1), 'unknown'],
      [200, replies(2), 'unknown'],
      [300, replies(3), 'up'],
    ],
    'goes from unknown to down when nobody answers': [[300, misses(3), 'down']],
    'stays up through two misses and goes down at the third': [
      ...up,
      [100, misses(1), 'up'],
      [200, misses(2), 'up'],
      [300, misses(3), 'down'],
    ],
    'goes down at the third of both ends': [
      ...up,
      [100, { ...misses(1), missesOfBothEnds: 2 }, 'up'],
      [150, { ...misses(1), missesOfBothEnds: 3 }, 'down'],
    ],
    'goes down at once when its link does, whatever was answered': [
      ...up,
      [100, { ...replies(9), linkDown: true }, 'down'],
    ],
    'comes back after three seconds of replies': [
      ...cutAt(100_000),
      [101_000, replies(1), 'down'],
      [103_900, replies(30), 'down'],
      [104_000, replies(31), 'up'],
    ],
    'forgives a single miss while it proves itself': [
      ...cutAt(100_000),
      [101_000, replies(1), 'down'],
      [102_000, misses(1), 'down'],
      [104_000, replies(20), 'up'],
    ],
    'proves itself anew after two misses': [
      ...cutAt(100_000),
      [101_000, replies(1), 'down'],
      [102_000, misses(2), 'down'],
      [104_000, replies(1), 'down'],
      [106_900, replies(30), 'down'],
      [107_000, replies(31), 'up'],
    ],
    'counts replies only from when its link is back': [
      ...cutAt(100_000),
      [101_000, replies(1), 'down'],
      [102_000, { linkDown: true }, 'down'],
      [104_500, replies(9), 'down'],
      [107_500, replies(39), 'up'],
    ],
    'is degraded after a second of heavy loss, not before': [
      ...up,
      [1_000, withQuality({ lossPercent: 6 }), 'up'],
      [1_900, withQuality({ lossPercent: 7 }), 'up'],
      [2_000, withQuality({ lossPercent: 7 }), 'degraded'],
    ],
    'ignores a burst of loss shorter than the dwell': [
      ...up,
      [1_000, withQuality({ lossPercent: 9 }), 'up'],
      [1_500, withQuality({ lossPercent: 0 }), 'up'],
      [2_400, withQuality({ lossPercent: 9 }), 'up'],
    ],
    'is degraded by delay and by jitter too': [
      ...up,
      [1_000, withQuality({ delayMs: 450 }), 'up'],
      [2_000, withQuality({ jitterMs: 80 }), 'degraded'],
    ],
    'stays degraded between the bounds, and is up again well below them': [
      ...up,
      [1_000, withQuality({ lossPercent: 6 }), 'up'],
      [2_000, withQuality({ lossPercent: 6 }), 'degraded'],
      [9_000, withQuality({ lossPercent: 3 }), 'degraded'],
      [20_000, withQuality({ lossPercent: 1 }), 'degraded'],
      [21_000, withQuality({ lossPercent: 1 }), 'up'],
    ],
    'goes from degraded to down like any other': [
      ...up,
      [1_000, withQuality({ lossPercent: 20 }), 'up'],
      [2_000, withQuality({ lossPercent: 20 }), 'degraded'],
      [2_100, misses(3), 'down'],
    ],
  };
  for (const [behaviour, steps] of Object.entries(cases)) it(behaviour, () => void run(steps));

  it('must stay good longer after every relapse, up to a minute', () => {
    let state = run(cutAt(100_000));
    let now = 100_000;
    const dwells: number[] = [];
    for (let relapse = 0; relapse < 6; relapse++) {
      const start = now;
      while (state.health === 'down') state = stepPathState(state, observed(replies(9)), (now += 100), tuning).state;
      dwells.push(Math.floor((now - start) / 1000));
      state = stepPathState(state, observed(misses(3)), (now += 5_000), tuning).state;
    }
    expect(dwells).toEqual([3, 6, 12, 24, 48, 60]);
  });

  it('is trusted as before once it has been stable', () => {
    const relapsed = run([
      ...cutAt(100_000),
      [101_000, replies(1), 'down'],
      [104_000, replies(30), 'up'],
      [105_000, misses(3), 'down'],
    ]);
    expect(relapsed.recoverDwellMs).toBe(6_000);
    const stable = run(
      [
        [106_000, replies(9), 'down'],
        [112_000, replies(60), 'up'],
        [140_000, misses(3), 'down'],
      ],
      relapsed,
    );
    expect(stable.recoverDwellMs).toBe(3_000);
  });

  it('says from, to and cause when it changes, and nothing when it does not', () => {
    const { state } = stepPathState(initialPathState(0), observed(replies(3)), 0, tuning);
    const cut = stepPathState(state, observed(misses(3)), 300, tuning);
    expect(cut.changed).toEqual({ from: 'up', to: 'down', cause: '3 probes in a row unanswered' });
    const still = stepPathState(cut.state, observed(misses(4)), 400, tuning);
    expect(still).toEqual({ state: cut.state });
    expect(still.state).toBe(cut.state);
  });
});
