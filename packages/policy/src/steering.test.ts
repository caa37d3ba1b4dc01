import type { PathHealth, PathId, PathOverride, Policy, PolicyAction, SiteId } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import type { CandidatePath, DecisionChange, PathReading } from './decision.ts';
import { planSteering, type SteeringPlan } from './plan.ts';
import { resumeSteering, stepSteering, type SteeringState } from './steering.ts';

const hq = 'hq' as SiteId;
const voice: PolicyAction = { type: 'steer', sla: { maxDelayMs: 150, maxLossPercent: 1 }, prefer: ['mpls'] };
const bulk: PolicyAction = { type: 'steer', prefer: ['broadband'], never: ['lte'] };
const anything: PolicyAction = { type: 'steer' };

const policyOf = (action: PolicyAction): Policy => ({ id: 7, class: 2, priority: 10, name: 'p', match: {}, action });

/** A path named by its labels, `mpls` or `lte>broadband`; `#` tells those with the same labels apart. */
const path = (name: string, over: Partial<CandidatePath> = {}): CandidatePath => {
  const [localLabel = '', remoteLabel = localLabel] = name.replace(/#.*/, '').split('>');
  const pathId = name as PathId;
  const ends = { localEnd: `here ${localLabel}`, remoteEnd: `there ${remoteLabel}` };
  return { pathId, remoteSiteId: hq, localLabel, remoteLabel, ...ends, cost: 0, profile: 'default', ...over };
};
const usual = ['mpls', 'broadband', 'lte>broadband'].map((name) => path(name));

interface Seen {
  health?: PathHealth;
  delayMs?: number;
  lossPercent?: number | null;
  override?: PathOverride | null;
}

/** An edge with one policy to one site. Paths start up, 20 ms, without loss, since long ago, unless told otherwise. */
class Scene {
  now = 1_000_000;
  plan: SteeringPlan;
  state: SteeringState;
  changes: DecisionChange[] = [];
  readonly #readings = new Map<string, PathReading>();

  constructor(
    action: PolicyAction,
    paths: readonly CandidatePath[] = usual,
    seen: Record<string, Seen> = {},
    copyRefusal?: string,
  ) {
    const copyRefusals = new Map(copyRefusal === undefined ? [] : [[hq, copyRefusal]]);
    this.plan = planSteering({ policies: [policyOf(action)], sites: [hq], paths, copyRefusals });
    this.state = resumeSteering(this.plan, 0);
    this.see(Object.fromEntries(paths.map(({ pathId }) => [pathId, {}])), 0);
    this.see(seen, 0);
    this.after(0);
    this.after(20_000);
  }

  see(seen: Record<string, Seen>, sinceMs = this.now): void {
    for (const [name, { health = 'up', delayMs = 20, lossPercent = 0, override = null }] of Object.entries(seen)) {
      const before = this.#readings.get(name);
      const healthSinceMs = before?.health === health ? before.healthSinceMs : sinceMs;
      const forward = { delayMs, jitterMs: 1, lossPercent };
      const quality = { rttMs: 40, forward, reverse: forward, mos: 4 };
      this.#readings.set(name, { health, healthSinceMs, quality, override });
    }
  }

  /** Lets time pass in steps of 100 ms, having seen this. */
  after(ms: number, seen: Record<string, Seen> = {}): this {
    this.see(seen);
    for (const end = this.now + ms; ; this.now += 100) {
      const readings = this.plan.paths.map(({ pathId }) => this.#readings.get(pathId)!);
      const step = stepSteering(this.plan, this.state, readings, this.now);
      this.state = step.state;
      this.changes.push(...step.changes);
      if (this.now >= end) return this;
    }
  }

  document(action: PolicyAction, paths: readonly CandidatePath[] = this.plan.paths): this {
    const plan = planSteering({ policies: [policyOf(action)], sites: [hq], paths });
    this.state = resumeSteering(plan, this.now, { plan: this.plan, state: this.state });
    this.plan = plan;
    return this;
  }

  get decision() {
    return this.state.decisions[0]!;
  }

  get paths(): string[] {
    return this.decision.paths.map(({ pathId }) => pathId);
  }

  /** The path in use, and the one over which copies go. */
  get pair(): (string | null)[] {
    return [...this.paths, this.decision.copyPathId];
  }

  get lastChange() {
    const { cause, trigger, from, to } = this.changes.at(-1)!;
    return { cause, trigger, from: from.map((each) => each.pathId), to: to.map((each) => each.pathId) };
  }
}

describe('traffic takes', () => {
  it.each<[string, PolicyAction, CandidatePath[], Record<string, Seen>, string]>([
    ['the preferred label', voice, usual, {}, 'mpls'],
    [
      'another that meets the SLA rather than a preferred one that does not',
      voice,
      usual,
      { mpls: { lossPercent: 3 } },
      'broadband',
    ],
    ['the preferred one when none meets the SLA', { ...voice, sla: { maxDelayMs: 5 } }, usual, {}, 'mpls'],
    [
      'a healthy one rather than a degraded preferred one when none meets the SLA',
      voice,
      usual,
      {
        mpls: { health: 'degraded', lossPercent: 20 },
        broadband: { lossPercent: 2 },
        'lte>broadband': { lossPercent: 2 },
      },
      'broadband',
    ],
    [
      'a path preferred at both ends before one at one end',
      { type: 'steer', prefer: ['lte'] },
      [path('lte>broadband'), path('lte', { cost: 9 })],
      {},
      'lte',
    ],
    ['a path preferred at one end before none', { type: 'steer', prefer: ['lte'] }, usual, {}, 'lte>broadband'],
    ['a label that is not avoided', { type: 'steer', avoid: ['broadband'] }, usual, {}, 'mpls'],
    [
      'an avoided label when nothing else is up',
      { type: 'steer', avoid: ['mpls'] },
      usual,
      { broadband: { health: 'down' }, 'lte>broadband': { health: 'down' } },
      'mpls',
    ],
    ['a healthy path before a degraded one', anything, [path('a'), path('b')], { a: { health: 'degraded' } }, 'b'],
    ['the lower cost', anything, [path('a', { cost: 10 }), path('b')], { b: { delayMs: 90 } }, 'b'],
    ['the lower delay at equal cost', anything, [path('a'), path('b')], { a: { delayMs: 30 } }, 'b'],
    ['the first by id when all is equal', anything, [path('b'), path('a')], {}, 'a'],
    [
      'a path not known yet when nothing is known to be up',
      anything,
      [path('a'), path('b')],
      { a: { health: 'down' }, b: { health: 'unknown' } },
      'b',
    ],
    ['any path that is up before one not known yet', bulk, usual, { broadband: { health: 'unknown' } }, 'mpls'],
  ])('%s', (_name, action, paths, seen, expected) => {
    expect(new Scene(action, paths, seen).paths).toEqual([expected]);
  });

  it('nothing, with the reason, when all paths are down', () => {
    const scene = new Scene(bulk, [path('mpls')], { mpls: { health: 'down' } });
    expect(scene.decision).toMatchObject({ paths: [], slaMet: false, reason: 'all paths to this site are down' });
  });

  it('nothing, with the reason, when only forbidden labels are up', () => {
    const scene = new Scene(bulk, [path('lte>broadband')]);
    expect(scene.decision).toMatchObject({
      paths: [],
      reason: 'every path that is not down has a label that the policy never uses',
    });
  });

  it('a path outside the SLA only while saying so', () => {
    const { decision } = new Scene({ ...voice, sla: { maxDelayMs: 5 } });
    expect(decision.slaMet).toBe(false);
    expect(decision.reason).toBe(
      'mpls → mpls: no path meets the SLA, this one is the best (delay 20.0 ms over 5 ms), preferred',
    );
  });
});

describe('failover', () => {
  it('happens in the step that sees the path down', () => {
    const scene = new Scene(voice).after(0, { mpls: { health: 'down' } });
    expect(scene.lastChange).toEqual({
      cause: 'failover',
      trigger: 'mpls → mpls is down',
      from: ['mpls'],
      to: ['broadband'],
    });
  });

  it('happens once a brownout has lasted a second', () => {
    const scene = new Scene(voice).after(900, { mpls: { lossPercent: 4 } });
    expect(scene.paths).toEqual(['mpls']);
    scene.after(200);
    expect(scene.lastChange).toMatchObject({
      cause: 'failover',
      to: ['broadband'],
      trigger: 'mpls → mpls violates the SLA: loss 4.0 % over 1 %',
    });
  });

  it('is immediate from a degraded path to a healthy one that suits as well', () => {
    const scene = new Scene(anything, [path('a'), path('b')]).after(0, { a: { health: 'degraded' } });
    expect(scene.lastChange).toMatchObject({ cause: 'failover', trigger: 'a → a is degraded', to: ['b'] });
  });

  it('does not wait for a healthy path to prove itself while traffic is on a degraded one', () => {
    const scene = new Scene(anything, [path('a'), path('b')], { b: { health: 'down' } });
    scene.after(10_000, { a: { health: 'degraded' } }).after(0, { b: {} });
    expect(scene.paths).toEqual(['b']);
  });

  it('leaves traffic without an SLA on a path that merely loses some packets', () => {
    expect(new Scene(bulk).after(10_000, { broadband: { lossPercent: 4 } }).paths).toEqual(['broadband']);
  });

  it('ends with nothing when the last path goes', () => {
    const scene = new Scene(anything, [path('mpls')]).after(0, { mpls: { health: 'down' } });
    expect(scene.lastChange).toMatchObject({ cause: 'failover', from: ['mpls'], to: [] });
  });
});

describe('failback', () => {
  const failedOver = (action = voice) => new Scene(action).after(60_000, { mpls: { health: 'down' } });

  it('waits until the better path has been good for five seconds', () => {
    const scene = failedOver().after(4_900, { mpls: {} });
    expect(scene.paths).toEqual(['broadband']);
    expect(scene.decision.reason).toContain('mpls → mpls suits better and takes over once it has been good for 5 s');
    scene.after(100);
    expect(scene.lastChange).toEqual({
      cause: 'failback',
      trigger: 'mpls → mpls suits the policy better',
      from: ['broadband'],
      to: ['mpls'],
    });
  });

  it('begins its wait anew when the path goes down meanwhile', () => {
    const scene = failedOver()
      .after(4_000, { mpls: {} })
      .after(500, { mpls: { health: 'down' } })
      .after(4_900, { mpls: {} });
    expect(scene.paths).toEqual(['broadband']);
  });

  it('judges a path that was down by what it is now, not by what it was before', () => {
    const scene = new Scene(voice, usual, { mpls: { lossPercent: 9 } }).after(1_000, { mpls: { health: 'down' } });
    expect(scene.after(5_000, { mpls: {} }).paths).toEqual(['mpls']);
  });

  it('is immediate when nothing else is usable', () => {
    const scene = new Scene(anything, [path('mpls')]).after(1_000, { mpls: { health: 'down' } }).after(0, { mpls: {} });
    expect(scene.lastChange).toMatchObject({ cause: 'failback', from: [], to: ['mpls'] });
  });

  it('is none where there was no path before', () => {
    const scene = new Scene(anything, [path('mpls')], { mpls: { health: 'down' } }).after(0, { mpls: {} });
    expect(scene.lastChange).toMatchObject({ cause: 'initial', from: [], to: ['mpls'] });
  });

  it('is one too where the path in use is so young that there is no wait', () => {
    const unknown = { health: 'unknown' } as const;
    const scene = new Scene(voice, usual, { mpls: unknown, broadband: unknown, 'lte>broadband': unknown });
    scene.after(100, { mpls: {}, broadband: {} });
    scene.after(500, { mpls: { health: 'down' } }).after(500, { mpls: {} });
    expect(scene.lastChange).toMatchObject({ cause: 'failback', from: ['broadband'], to: ['mpls'] });
  });

  it('does not hold an edge that has just started on the path that happened to answer first', () => {
    const unknown = { health: 'unknown' } as const;
    const scene = new Scene(voice, usual, { mpls: unknown, broadband: unknown, 'lte>broadband': unknown });
    scene.after(100, { broadband: {} }).after(100, { mpls: {} });
    expect(scene.paths).toEqual(['mpls']);
    expect(scene.changes.map(({ cause }) => cause)).not.toContain('failback');
  });
});

describe('a path in use whose SLA is not yet measured', () => {
  const two = usual.slice(0, 2);
  const unmeasured = { lossPercent: null };
  it('is not left for one that suits worse and was measured sooner', () => {
    const scene = new Scene(voice, two, { mpls: unmeasured, broadband: unmeasured }).after(500, { broadband: {} });
    expect(scene.paths).toEqual(['mpls']);
    expect(scene.after(500, { mpls: {} }).paths).toEqual(['mpls']);
    expect(scene.changes.map(({ cause }) => cause)).toEqual(['initial']);
  });
  it('is left when it turns out to violate the SLA', () => {
    const scene = new Scene(voice, usual, { mpls: unmeasured }).after(500, { mpls: { lossPercent: 5 } });
    expect(scene.paths).toEqual(['broadband']);
  });
});

describe('a path that is better by delay alone', () => {
  const two = [path('a'), path('b')];
  it('is ignored when it gains little', () => {
    expect(new Scene(anything, two).after(60_000, { b: { delayMs: 16 } }).paths).toEqual(['a']);
  });
  it('takes over when it has been clearly faster for ten seconds', () => {
    const scene = new Scene(anything, two).after(9_900, { b: { delayMs: 10 } });
    expect(scene.paths).toEqual(['a']);
    expect(scene.after(100).lastChange).toMatchObject({
      cause: 'better_path',
      trigger: 'b → b is clearly faster',
      to: ['b'],
    });
  });
  it('starts over when the gain was short', () => {
    const scene = new Scene(anything, two);
    for (let i = 0; i < 5; i++) scene.after(5_000, { b: { delayMs: 10 } }).after(1_000, { b: {} });
    expect(scene.paths).toEqual(['a']);
  });
});

describe('a policy with weights', () => {
  const action: PolicyAction = {
    type: 'steer',
    sla: { maxLossPercent: 1 },
    weights: [
      { label: 'mpls', weight: 1 },
      { label: 'broadband', weight: 3 },
    ],
  };
  const weights = (scene: Scene) =>
    Object.fromEntries(scene.decision.paths.map(({ pathId, weight }) => [pathId, weight]));
  const two = usual.slice(0, 2);

  it('shares flows in proportion, and says so', () => {
    const scene = new Scene(action, two);
    expect(weights(scene)).toEqual({ mpls: 1, broadband: 3 });
    expect(scene.decision.reason).toBe('shared over mpls → mpls (1), broadband → broadband (3)');
  });
  it('counts a path between two weighted labels for the smaller', () => {
    const crossed = [path('mpls>broadband'), path('broadband>mpls')];
    expect(weights(new Scene(action, [...two, ...crossed]))).toEqual({
      mpls: 1,
      'mpls>broadband': 1,
      'broadband>mpls': 1,
      broadband: 9,
    });
  });
  it('loses a member at once and takes it back when proven', () => {
    const scene = new Scene(action, two).after(0, { mpls: { health: 'down' } });
    expect(weights(scene)).toEqual({ broadband: 1 });
    expect(scene.lastChange).toMatchObject({ cause: 'failover', trigger: 'mpls → mpls is down' });
    expect(weights(scene.after(60_000).after(4_900, { mpls: {} }))).toEqual({ broadband: 1 });
    expect(weights(scene.after(100))).toEqual({ mpls: 1, broadband: 3 });
    expect(scene.lastChange.cause).toBe('failback');
  });
  it('does without members that violate the SLA', () => {
    expect(weights(new Scene(action, two, { broadband: { lossPercent: 5 } }))).toEqual({ mpls: 1 });
  });
  it('leaves degraded members out while another is healthy', () => {
    const free: PolicyAction = { type: 'steer', weights: action.weights! };
    expect(weights(new Scene(free, two, { mpls: { health: 'degraded' } }))).toEqual({ broadband: 1 });
  });
  it('falls back to the best path when no member is fit', () => {
    const scene = new Scene(action, usual.slice(1), {
      broadband: { health: 'down' },
      'lte>broadband': { lossPercent: 9 },
    });
    expect(weights(scene)).toEqual({ 'lte>broadband': 1 });
    expect(scene.decision.slaMet).toBe(false);
  });
});

describe('a path taken out of use', () => {
  const override: PathOverride = { reason: 'line is rebuilt', by: 'admin', expiresAt: null };
  const two = usual.slice(0, 2);

  it('is left in the same step, and the move says who asked and why', () => {
    const scene = new Scene(voice).after(0, { mpls: { override } });
    expect(scene.lastChange).toEqual({
      cause: 'failover',
      trigger: 'mpls → mpls was taken out of use by admin: line is rebuilt',
      from: ['mpls'],
      to: ['broadband'],
    });
    expect(scene.decision.slaMet).toBe(true);
  });

  it('is left even for a path that violates the SLA, or is avoided', () => {
    const action: PolicyAction = { ...voice, avoid: ['broadband'] };
    const scene = new Scene(action, two, { broadband: { lossPercent: 9 } }).after(0, { mpls: { override } });
    expect(scene.paths).toEqual(['broadband']);
  });

  it('carries traffic on when nothing else may be used, and the decision says so', () => {
    const scene = new Scene(bulk, [path('broadband'), path('lte')]).after(0, { broadband: { override } });
    expect(scene.paths).toEqual(['broadband']);
    expect(scene.decision).toMatchObject({ slaMet: true });
    expect(scene.decision.reason).toContain('taken out of use, but nothing else is usable');
  });

  it('is left as soon as another is usable, for the same reason', () => {
    const scene = new Scene(voice, two, { broadband: { health: 'down' } }).after(60_000, { mpls: { override } });
    expect(scene.paths).toEqual(['mpls']);
    scene.after(60_000, { broadband: {} });
    expect(scene.lastChange).toEqual({
      cause: 'failover',
      trigger: 'mpls → mpls was taken out of use by admin: line is rebuilt',
      from: ['mpls'],
      to: ['broadband'],
    });
  });

  it('takes traffic again when the last other path goes, and gives it back at once', () => {
    const scene = new Scene(voice, two).after(60_000, { mpls: { override } });
    scene.after(100, { broadband: { health: 'down' } });
    expect(scene.paths).toEqual(['mpls']);
    scene.after(0, { broadband: {} });
    expect(scene.lastChange).toMatchObject({ cause: 'failback', from: ['mpls'], to: ['broadband'] });
  });

  it('gets its traffic back after its release as after any failover', () => {
    const scene = new Scene(voice).after(1_000, { mpls: { override } });
    const released = scene.after(60_000).after(0, { mpls: {} });
    expect(released.lastChange).toEqual({
      cause: 'failback',
      trigger: 'mpls → mpls suits the policy better',
      from: ['broadband'],
      to: ['mpls'],
    });
  });

  it('that was down meanwhile proves itself before traffic returns', () => {
    const scene = new Scene(voice).after(60_000, { mpls: { override } });
    scene.after(1_000, { mpls: { override, health: 'down' } }).after(1_000, { mpls: { override } });
    expect(scene.after(3_900, { mpls: {} }).paths).toEqual(['broadband']);
    expect(scene.after(100).paths).toEqual(['mpls']);
  });

  it('gets nothing back where nothing prefers it', () => {
    const scene = new Scene(anything, [path('a'), path('b')]).after(60_000, { a: { override } });
    expect(scene.after(60_000, { a: {} }).paths).toEqual(['b']);
  });

  it('has no share of a policy with weights', () => {
    const weights = two.map(({ localLabel }) => ({ label: localLabel, weight: 1 }));
    const scene = new Scene({ type: 'steer', weights }, two).after(0, { mpls: { override } });
    expect(scene.paths).toEqual(['broadband']);
    expect(scene.lastChange).toMatchObject({ cause: 'failover', from: ['mpls', 'broadband'], to: ['broadband'] });
    expect(scene.after(0, { mpls: {} }).paths).toEqual(['mpls', 'broadband']);
  });

  it('is the better of two of them when both were', () => {
    const scene = new Scene(voice, two, { mpls: { lossPercent: 9 } });
    expect(scene.after(0, { mpls: { override, lossPercent: 9 }, broadband: { override } }).paths).toEqual([
      'broadband',
    ]);
  });
});

describe('a policy that duplicates', () => {
  const twice: PolicyAction = { ...voice, duplicate: true };
  const pairs = ['mpls', 'mpls>broadband', 'broadband>mpls', 'broadband'].map((name) => path(name));

  it('copies over the best path that shares no uplink, even where another suits the policy better', () => {
    const scene = new Scene(twice, pairs);
    expect(scene.pair).toEqual(['mpls', 'broadband']);
    expect(scene.decision.reason).toContain('each packet also over broadband → broadband');
    expect(new Scene(voice, pairs).pair).toEqual(['mpls', null]);
  });
  it('copies over one that shares an uplink where no other is up, and says so', () => {
    const scene = new Scene(twice, pairs, { broadband: { health: 'down' } });
    expect(scene.pair).toEqual(['mpls', 'broadband>mpls']);
    expect(scene.decision.reason).toContain('also over broadband → mpls, which shares an uplink');
  });
  it('copies over none that is down, unknown or never to be used, and says so', () => {
    const none = { 'mpls>broadband': { health: 'down' }, 'broadband>mpls': { health: 'unknown' } } as const;
    const scene = new Scene({ ...twice, never: ['broadband'] }, pairs);
    expect(scene.pair).toEqual(['mpls', null]);
    expect(scene.decision.reason).toContain('not duplicated: no second path is up');
    expect(new Scene(twice, pairs.slice(0, 3), none).pair).toEqual(['mpls', null]);
  });
  it('moves to the other when the first goes down, and copies over what is left', () => {
    const scene = new Scene(twice, pairs).after(100, { mpls: { health: 'down' } });
    expect(scene.pair[0]).not.toBe('mpls');
    expect(scene.pair[1]).not.toBeNull();
    expect(scene.pair[1]).not.toBe('mpls');
  });
  it('leaves copies where they are while the others only become faster', () => {
    const more = [path('mpls'), path('broadband'), path('lte')];
    const scene = new Scene({ type: 'steer', prefer: ['mpls'], duplicate: true }, more);
    expect(scene.pair).toEqual(['mpls', 'broadband']);
    scene.after(10_000, { lte: { delayMs: 1 } });
    expect(scene.pair).toEqual(['mpls', 'broadband']);
    scene.after(100, { broadband: { health: 'degraded' } });
    expect(scene.pair).toEqual(['mpls', 'lte']);
    expect(scene.changes).toHaveLength(1);
  });
  it('copies nothing to a site that would not drop it, and tells why', () => {
    const scene = new Scene(twice, pairs, {}, 'the edge of hq does not say that it drops second copies');
    expect(scene.pair).toEqual(['mpls', null]);
    expect(scene.decision.reason).toContain('not duplicated: the edge of hq');
  });
  it('copies over a path that was taken out of use only where nothing else is up', () => {
    const override: PathOverride = { reason: 'works', by: 'admin', expiresAt: null };
    const scene = new Scene(twice, pairs, { broadband: { override } });
    expect(scene.pair).toEqual(['mpls', 'broadband>mpls']);
  });
});

describe('a new document', () => {
  it('moves traffic at once when the policy changed', () => {
    const scene = new Scene(voice).document(bulk).after(0);
    expect(scene.lastChange).toEqual({
      cause: 'config_change',
      trigger: 'the policy was changed',
      from: ['mpls'],
      to: ['broadband'],
    });
  });
  it('moves nothing when it says the same, whatever the order of its paths', () => {
    const scene = new Scene(voice).after(60_000, { mpls: { health: 'down' } }).after(1_000, { mpls: {} });
    const before = scene.changes.length;
    scene.document({ ...voice }, usual.toReversed()).after(1_000);
    expect(scene.changes).toHaveLength(before);
  });
  it('that takes a path away moves its traffic', () => {
    const scene = new Scene(voice).document(voice, usual.slice(1)).after(0);
    expect(scene.lastChange).toMatchObject({
      cause: 'config_change',
      trigger: 'a path was removed',
      to: ['broadband'],
    });
  });
});
