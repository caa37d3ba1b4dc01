import { initialSlaState, profileTuning, stepSla } from '@patronus/policy';
import { mean, unmeasured } from '@patronus/core';
import { noArrivals } from '@patronus/protocol/stamp-extensions';
import { SeededRandom } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { ArrivalMeter, type ArrivalShares } from './arrival-meter.ts';

/** Probabilities of what becomes of a packet. */
interface Fate {
  readonly loss?: number;
  readonly overtaken?: number;
  readonly doubled?: number;
}

/** A path with steady traffic, whose receiver tells its counts at intervals. */
class Traffic {
  readonly meter = new ArrivalMeter();
  readonly counts = { ...noArrivals(), generation: 1 };
  nowMs = 0;
  readonly #random: SeededRandom;
  readonly #packetsPerMs: number;
  readonly #everyMs: number;
  #credit = 0;

  constructor(packetsPerSecond: number, everyMs = 20, seed = 1) {
    this.#packetsPerMs = packetsPerSecond / 1_000;
    this.#everyMs = everyMs;
    this.#random = new SeededRandom(seed);
    this.meter.observe(this.counts, 0);
  }

  run(
    ms: number,
    { loss = 0, overtaken = 0, doubled = 0 }: Fate = {},
    seen: (shares: ArrivalShares) => void = () => {},
  ): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += this.#everyMs;
      for (this.#credit += this.#packetsPerMs * this.#everyMs; this.#credit >= 1; this.#credit--) {
        this.counts.expected++;
        if (this.#random.next() < loss) continue;
        this.counts.received++;
        if (this.#random.next() < overtaken) this.counts.overtaken++;
        if (this.#random.next() < doubled) this.counts.doubled++;
      }
      this.meter.observe(this.counts, this.nowMs);
      seen(this.meter.shares(this.nowMs)!);
    }
    return this;
  }

  get shares(): ArrivalShares {
    return this.meter.shares(this.nowMs)!;
  }
}

const quality = (shares: ArrivalShares) => ({
  ...unmeasured,
  forward: { delayMs: 20, jitterMs: 1, ...shares, lossPercent: shares.lossPercent ?? 0 },
});

/** Ms from the beginning of a brownout until it breaks the SLA; Infinity when it does not within a second. */
function violatedAfterMs(bound: object, fate: Fate, packetsPerSecond: number, seed: number): number {
  const traffic = new Traffic(packetsPerSecond, 20, seed).run(10_000);
  let state = initialSlaState(0);
  state = stepSla(state, bound, quality(traffic.shares), traffic.nowMs, profileTuning.fast.sla);
  const startMs = traffic.nowMs;
  let brokenMs = Infinity;
  traffic.run(1_000, fate, (shares) => {
    state = stepSla(state, bound, quality(shares), traffic.nowMs, profileTuning.fast.sla);
    if (state.verdict === 'violated') brokenMs = Math.min(brokenMs, traffic.nowMs - startMs);
  });
  return brokenMs;
}

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
const shareWithin = (ms: number, times: readonly number[]): number =>
  times.filter((each) => each <= ms).length / times.length;

describe('the shares of traffic', () => {
  it('are what they are, of a steady path', () => {
    const { shares } = new Traffic(1_000).run(20_000, { loss: 0.03, overtaken: 0.02, doubled: 0.01 });
    expect(shares.lossPercent).toBeCloseTo(3, 0);
    expect(shares.reorderingPercent).toBeCloseTo(2, 0);
    expect(shares.duplicationPercent).toBeCloseTo(1, 0);
    expect(shares.atLeast.lossPercent!).toBeLessThan(4.5);
  });

  it('show a change of 5 % within 300 ms at 1,120 packets a second', () => {
    const shown = seeds.map(
      (seed) => new Traffic(1_120, 20, seed).run(10_000).run(280, { loss: 0.05 }).shares.lossPercent!,
    );
    expect(mean(shown)).toBeGreaterThan(3);
    expect(mean(shown)).toBeLessThan(6);
    expect(new Traffic(1_120).run(10_000, { loss: 0.05 }).run(1_000).shares.lossPercent).toBeLessThan(0.5);
  });

  it('say nothing of loss while there is little traffic, and nothing at all of none', () => {
    expect(new Traffic(50).run(5_000, { loss: 0.05 }).shares.lossPercent).toBeNull();
    const silent = new Traffic(0).run(5_000).shares;
    expect(silent).toMatchObject({ lossPercent: null, reorderingPercent: null, duplicationPercent: null });
  });

  it('begin anew when the receiver counts anew', () => {
    const traffic = new Traffic(1_000).run(1_000, { loss: 0.5 });
    traffic.counts.generation = 2;
    Object.assign(traffic.counts, { expected: 5, received: 5, overtaken: 0, doubled: 0 });
    expect(traffic.run(2_000).shares.lossPercent).toBe(0);
  });

  it('hold through the wrap of 32-bit counts, and pass over counts that were overtaken', () => {
    const traffic = new Traffic(1_000);
    traffic.counts.generation = 3;
    Object.assign(traffic.counts, { expected: 2 ** 32 - 500, received: 2 ** 32 - 500 });
    traffic.run(100);
    const old = { ...traffic.counts };
    for (let round = 0; round < 20; round++) {
      traffic.run(100);
      expect(traffic.meter.observe(old, traffic.nowMs)).toBe(false);
    }
    expect(traffic.shares.lossPercent).toBe(0);
  });

  it('take packets that are only late for no loss', () => {
    const traffic = new Traffic(1_000).run(1_000);
    for (let round = 0; round < 200; round++) {
      // in every other sample some packets have been overtaken and are still on their way
      const late = round % 2 === 0 ? 5 : -5;
      traffic.counts.received -= late;
      if (late < 0) traffic.counts.overtaken += 5;
      traffic.run(20);
    }
    expect(traffic.shares.lossPercent).toBeLessThan(0.5);
    expect(traffic.shares.reorderingPercent).toBeGreaterThan(5);
  });
});

describe('an SLA over busy traffic', () => {
  it.each<[string, object, Fate]>([
    ['loss of 5 % against 1 %', { maxLossPercent: 1 }, { loss: 0.05 }],
    ['reordering of 5 % against 1 %', { maxReorderingPercent: 1 }, { overtaken: 0.05 }],
    ['duplication of 5 % against 1 %', { maxDuplicationPercent: 1 }, { doubled: 0.05 }],
  ])('is broken by %s within 260 ms at 1,120 packets a second', (_name, bound, fate) => {
    const times = seeds.map((seed) => violatedAfterMs(bound, fate, 1_120, seed));
    expect(shareWithin(260, times)).toBeGreaterThan(0.9);
  });

  it('is broken by 5 % against 2 % within 260 ms for the most part', () => {
    const times = seeds.map((seed) => violatedAfterMs({ maxLossPercent: 2 }, { loss: 0.05 }, 1_120, seed));
    expect(shareWithin(260, times)).toBeGreaterThan(0.6);
    expect(shareWithin(600, times)).toBeGreaterThan(0.97);
  });

  it('is not broken by one burst', () => {
    const traffic = new Traffic(1_000).run(5_000);
    let state = stepSla(
      initialSlaState(0),
      { maxLossPercent: 1 },
      quality(traffic.shares),
      0,
      profileTuning.default.sla,
    );
    traffic.counts.expected += 20;
    traffic.run(5_000, {}, (shares) => {
      state = stepSla(state, { maxLossPercent: 1 }, quality(shares), traffic.nowMs, profileTuning.default.sla);
      expect(state.verdict).toBe('met');
    });
  });

  it('is not broken in 24 hours by random loss of a quarter of its bound', () => {
    const traffic = new Traffic(1_120, 100, 5);
    const bound = { maxLossPercent: 1 };
    let state = stepSla(initialSlaState(0), bound, quality(traffic.run(1_000).shares), 0, profileTuning.default.sla);
    let broken = 0;
    traffic.run(24 * 3_600_000, { loss: 0.0025 }, (shares) => {
      const before = state.verdict;
      state = stepSla(state, bound, quality(shares), traffic.nowMs, profileTuning.default.sla);
      if (before === 'met' && state.verdict === 'violated') broken++;
    });
    expect(broken).toBe(0);
  }, 60_000);
});
