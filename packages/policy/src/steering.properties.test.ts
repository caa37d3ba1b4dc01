import type { PathHealth, PathId, PathOverride, Policy, SiteId } from '@patronus/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CandidatePath, PathReading } from './decision.ts';
import { planSteering } from './plan.ts';
import { resumeSteering, stepSteering } from './steering.ts';

const labels = ['mpls', 'broadband', 'lte', 'satellite'];
const sites = ['a', 'b'] as SiteId[];
const label = fc.constantFrom(...labels);
const someLabels = fc.uniqueArray(label, { maxLength: 2 });
const figure = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: null });

const arbitraryPaths = fc.array(
  fc.record({ remoteSiteId: fc.constantFrom(...sites), localLabel: label, remoteLabel: label, cost: fc.nat(2) }),
  { minLength: 1, maxLength: 8 },
);
const arbitraryPolicy = fc
  .record(
    {
      sla: fc.record({ maxDelayMs: fc.nat(100), maxLossPercent: fc.nat(5) }),
      prefer: someLabels,
      avoid: someLabels,
      never: someLabels,
      weights: fc.uniqueArray(fc.record({ label, weight: fc.integer({ min: 1, max: 255 }) }), {
        selector: (share) => share.label,
        maxLength: 3,
      }),
    },
    { requiredKeys: [] },
  )
  .map((action): Policy => ({
    id: 1,
    class: 1,
    priority: 1,
    name: 'p',
    match: {},
    action: { type: 'steer', ...action },
  }));

const health = fc.constantFrom<PathHealth>('unknown', 'up', 'degraded', 'down');
const override: PathOverride = { reason: 'maintenance', by: 'admin', expiresAt: null };
const arbitraryReading = fc.record({
  health,
  delayMs: figure(150),
  lossPercent: figure(10),
  override: fc.option(fc.constant(override), { nil: null, freq: 2 }),
});
type Seen = typeof arbitraryReading extends fc.Arbitrary<infer T> ? T : never;
/** For each step: how much later, and what each of the (at most eight) paths then looks like. */
const arbitrarySteps = fc.array(
  fc.record({ laterMs: fc.nat(12_000), seen: fc.array(arbitraryReading, { minLength: 8, maxLength: 8 }) }),
  { minLength: 1, maxLength: 12 },
);

/** Plays the steps and hands every one to the check. */
function play(
  policy: Policy,
  bare: Omit<CandidatePath, 'pathId' | 'profile' | 'localEnd' | 'remoteEnd'>[],
  steps: { laterMs: number; seen: Seen[] }[],
) {
  const paths = bare.map((each, index) => ({
    ...each,
    localEnd: each.localLabel,
    remoteEnd: each.remoteLabel,
    pathId: `path-${index}` as PathId,
    profile: 'default' as const,
  }));
  const plan = planSteering({ policies: [policy], sites, paths });
  let state = resumeSteering(plan, 0);
  let now = 0;
  let readings: PathReading[] = [];
  return steps.map(({ laterMs, seen }) => {
    now += laterMs;
    readings = paths.map((_path, index) => {
      const { health: isNow, delayMs, lossPercent, override: isOut } = seen[index]!;
      const healthSinceMs = readings[index]?.health === isNow ? readings[index].healthSinceMs : now;
      const forward = { delayMs, jitterMs: 0, lossPercent };
      return {
        health: isNow,
        healthSinceMs,
        quality: { rttMs: null, forward, reverse: forward, mos: null },
        override: isOut,
      };
    });
    const before = state;
    const step = stepSteering(plan, before, readings, now);
    state = step.state;
    return { plan, before, readings, now, ...step };
  });
}

const property = (check: (step: ReturnType<typeof play>[number], policy: Policy) => void) =>
  fc.assert(
    fc.property(arbitraryPolicy, arbitraryPaths, arbitrarySteps, (policy, paths, steps) => {
      for (const step of play(policy, paths, steps)) check(step, policy);
    }),
    { seed: 20_261_121 },
  );

const chosenIn = ({ plan, state, readings }: ReturnType<typeof play>[number]) =>
  state.decisions.flatMap((decision) =>
    decision!.paths.map(({ pathId, weight }) => {
      const index = plan.indexOfPath.get(pathId)!;
      return { ...plan.paths[index]!, ...readings[index]!, weight, siteId: decision!.siteId };
    }),
  );

describe('whatever happens, steering', () => {
  it('never takes a path that is down, a forbidden label, or a path to another site', () => {
    property((step, { action }) => {
      for (const path of chosenIn(step)) {
        expect(path.health).not.toBe('down');
        expect(action.never ?? []).not.toContain(path.localLabel);
        expect(action.never ?? []).not.toContain(path.remoteLabel);
        expect(path.remoteSiteId).toBe(path.siteId);
      }
    });
  });

  it('leaves no site without a path while an allowed one is up', () => {
    property(({ plan, state, readings }, { action }) => {
      const forbidden = new Set(action.never);
      const usable = plan.paths.filter(({ localLabel, remoteLabel }, index) => {
        return readings[index]!.health !== 'down' && !forbidden.has(localLabel) && !forbidden.has(remoteLabel);
      });
      for (const { siteId, paths } of state.decisions.map((decision) => decision!)) {
        expect(paths.length > 0).toBe(usable.some(({ remoteSiteId }) => remoteSiteId === siteId));
      }
    });
  });

  it('takes a path that was taken out of use only where no other that is not down may be used', () => {
    property((step, { action }) => {
      const forbidden = new Set(action.never);
      const chosen = chosenIn(step);
      for (const path of chosen.filter((each) => each.override !== null)) {
        const others = step.plan.paths.filter((each, index) => {
          const { health: isNow, override: isOut } = step.readings[index]!;
          const mayBeUsed = !forbidden.has(each.localLabel) && !forbidden.has(each.remoteLabel);
          return each.remoteSiteId === path.siteId && isNow !== 'down' && isOut === null && mayBeUsed;
        });
        expect(others).toEqual([]);
      }
    });
  });

  it('gives every path a weight that the kernel can hold', () => {
    property((step) => {
      for (const { weight } of chosenIn(step))
        expect(Number.isInteger(weight) && weight >= 1 && weight <= 255).toBe(true);
    });
  });

  it('changes nothing when it is asked again at once', () => {
    property(({ plan, state, readings, now }) => {
      const again = stepSteering(plan, state, readings, now);
      expect(again.changes).toEqual([]);
      for (const [index, decision] of again.state.decisions.entries()) expect(decision).toBe(state.decisions[index]);
    });
  });

  it('decides the same from the same', () => {
    property(({ plan, before, state, changes, readings, now }) => {
      expect(stepSteering(plan, before, readings, now)).toEqual({ state, changes });
    });
  });

  it('reports exactly the decisions whose paths changed', () => {
    property(({ before, state, changes }) => {
      const moved = state.decisions.filter((decision, index) => {
        const previous = before.decisions[index];
        return previous === null || JSON.stringify(previous!.paths) !== JSON.stringify(decision!.paths);
      });
      expect(changes.map(({ decision }) => decision)).toEqual(moved);
    });
  });
});
