import type { DirectionQuality, PathId, Policy, ProbeProfile, SiteId } from '@patronus/core';
import { SeededRandom } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import type { DecisionChange, PathReading } from './decision.ts';
import { initialPathState, stepPathState } from './path-state.ts';
import { planSteering } from './plan.ts';
import { resumeSteering, stepSteering } from './steering.ts';
import { profileTuning } from './tuning.ts';

const hourMs = 3_600_000;
/** How often steering looks at what changes slowly: finer takes longer and finds the same. */
const stepMs = 400;
const site = 'hq' as SiteId;
const voice: Policy = {
  id: 1,
  class: 1,
  priority: 1,
  name: 'voice',
  match: {},
  action: {
    type: 'steer',
    sla: { maxDelayMs: 150, maxJitterMs: 30, maxLossPercent: 1 },
    prefer: ['mpls'],
  },
};
const quiet: DirectionQuality = { delayMs: 30, jitterMs: 1, lossPercent: 0 };

/**
 * The moves of traffic over so many hours in which mpls, preferred, looks as told and broadband is sound. As in the prober,
 * the same figures go into the path's health and into the verdict on its SLA.
 */
function movesOver(
  hours: number,
  profile: ProbeProfile,
  mpls: (nowMs: number) => DirectionQuality,
  everyMs = stepMs,
): DecisionChange[] {
  const paths = ['mpls', 'broadband'].map((label) => ({
    pathId: label as PathId,
    remoteSiteId: site,
    localLabel: label,
    remoteLabel: label,
    localEnd: label,
    remoteEnd: label,
    cost: 0,
    profile,
  }));
  const plan = planSteering({ policies: [voice], sites: [site], paths });
  const moves: DecisionChange[] = [];
  let steering = resumeSteering(plan, 0);
  let states = paths.map(() => initialPathState(0));
  for (let nowMs = 0; nowMs < hours * hourMs; nowMs += everyMs) {
    const readings = states.map((_state, index): PathReading => {
      const forward = index === 0 ? mpls(nowMs) : quiet;
      const quality = { rttMs: 60, forward, reverse: quiet, mos: 4.3 };
      const observed = { consecutiveMisses: 0, consecutiveReplies: 9, missesOfBothEnds: 0, linkDown: false, quality };
      const { state } = stepPathState(states[index]!, observed, nowMs, profileTuning[profile].path);
      states = states.with(index, state);
      return { health: state.health, healthSinceMs: state.sinceMs, quality, override: null };
    });
    const step = stepSteering(plan, steering, readings, nowMs);
    steering = step.state;
    moves.push(...step.changes.filter(({ cause }) => cause !== 'initial'));
  }
  return moves;
}

describe('hysteresis', { timeout: 60_000 }, () => {
  it.each<ProbeProfile>(['fast', 'default'])(
    'moves nothing in 24 hours of noise under every bound, on the %s profile',
    (profile) => {
      const random = new SeededRandom(24);
      const noise = (): DirectionQuality => ({
        delayMs: 60 + 89 * random.next(),
        jitterMs: 29 * random.next(),
        lossPercent: random.next(),
      });
      expect(movesOver(24, profile, noise)).toEqual([]);
    },
  );

  it('moves nothing in 24 hours of bursts that break every bound for less than their dwell', () => {
    const burst: DirectionQuality = { delayMs: 300, jitterMs: 55, lossPercent: 4.9 };
    const everyMinute = (nowMs: number): DirectionQuality => (nowMs % 60_000 >= 59_200 ? burst : quiet);
    expect(movesOver(24, 'default', everyMinute, 200)).toEqual([]);
  });

  it.each<[string, (swing: number, noise: number) => DirectionQuality]>([
    ['delay', (swing, noise) => ({ ...quiet, delayMs: 125 + 60 * swing + 8 * noise })],
    ['jitter', (swing, noise) => ({ ...quiet, jitterMs: 25 + 12 * swing + 1.5 * noise })],
    ['loss', (swing, noise) => ({ ...quiet, lossPercent: Math.max(0, 0.8 + 0.6 * swing + 0.05 * noise) })],
  ])('follows a slow swing of %s at most once in each direction', (_figure, at) => {
    const random = new SeededRandom(4);
    const swings = 4;
    const moves = movesOver(24, 'default', (nowMs) => {
      const turn = (nowMs / (24 * hourMs)) * swings;
      return at(-Math.cos(2 * Math.PI * turn), 2 * random.next() - 1);
    });
    const to = moves.map((move) => move.to[0]?.pathId);
    expect(to).toEqual(Array.from({ length: 2 * swings }, (_, index) => (index % 2 === 0 ? 'broadband' : 'mpls')));
  });

  it('follows a line that flaps all day less and less, and a mended one as at first', () => {
    const flapping = (nowMs: number): DirectionQuality =>
      nowMs < 12 * hourMs && nowMs % 60_000 >= 30_000 ? { ...quiet, delayMs: 300 } : quiet;
    const moves = movesOver(24, 'default', (nowMs) =>
      nowMs >= 23 * hourMs ? flapping(nowMs - 23 * hourMs) : flapping(nowMs),
    );
    const within = (from: number, to: number): number =>
      moves.filter(({ decision }) => decision.sinceMs >= from && decision.sinceMs < to).length;
    expect(within(0, 300_000)).toBeGreaterThanOrEqual(4);
    expect(within(hourMs, 12 * hourMs)).toBeLessThanOrEqual(1);
    expect(within(23 * hourMs, 23 * hourMs + 300_000)).toBeGreaterThanOrEqual(4);
  });
});
