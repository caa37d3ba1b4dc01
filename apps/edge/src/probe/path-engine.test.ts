import { describe, expect, it } from 'vitest';
import {
  groupNextHop,
  tunnelNextHop,
  type PathId,
  type PathOverride,
  type Policy,
  type ProbeProfile,
} from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import { emptyReflectorPacket } from '@patronus/protocol/stamp';
import { SeededRandom, siteDocument } from '@patronus/testkit';
import { ProbeSimulation, type SimulatedPath } from '../testing/probe-simulation.ts';
import { planProbes } from './probe-plan.ts';
import { probeTiming } from './probe-timing.ts';

/** Site hq with mpls and broadband, site branch with the same; four paths, in the order of the slots. */
const voice: Policy = {
  id: 2,
  class: 2,
  priority: 100,
  name: 'voice',
  match: { protocol: 'udp' },
  action: { type: 'steer', sla: { maxDelayMs: 150, maxJitterMs: 30, maxLossPercent: 1 }, prefer: ['mpls'] },
};
const defaultPolicy: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };

function documentFor(profile: ProbeProfile, policies: readonly Policy[] = [voice, defaultPolicy]): SiteDocument {
  const paths = siteDocument().paths.map((path) => ({ ...path, profile }));
  return siteDocument({ paths, policies });
}

const simulate = (profile: ProbeProfile, every: Partial<SimulatedPath> = {}): ProbeSimulation =>
  new ProbeSimulation(documentFor(profile), new SeededRandom(7), every);

const [mpls, , , broadband] = siteDocument().paths.map((path) => path.id) as [PathId, PathId, PathId, PathId];
const voiceGroup = groupNextHop(2, 1);
const member = (slot: number) => [{ id: tunnelNextHop(slot, slot), weight: 1 }];

describe('measuring', () => {
  it('reports each direction apart, whatever the far clock says', () => {
    const wan = simulate('default');
    wan.farClockMs = 3_600_000;
    wan.run(5_000);
    wan.change(mpls, { forwardMs: 32 });
    wan.run(5_000);
    const { quality, health } = wan.report(mpls);
    expect(health).toBe('up');
    expect(quality.forward.delayMs).toBeCloseTo(32, 0);
    expect(quality.reverse.delayMs).toBeCloseTo(10, 0);
    expect(quality.rttMs).toBeCloseTo(42, 0);
    expect(quality.forward.lossPercent).toBe(0);
    expect(quality.mos).toBeGreaterThan(4.3);
  });

  it('does not take the handshake of a fresh tunnel for delay or jitter', () => {
    const wan = simulate('default');
    wan.run(250);
    wan.hold(700);
    wan.run(1_250);
    expect(wan.report(mpls).health).toBe('up');
    expect(wan.report(mpls).quality.forward.delayMs ?? 0).toBeLessThan(11);
    wan.run(1_000);
    expect(wan.report(mpls).quality.forward.delayMs).toBeCloseTo(10, 0);
    expect(wan.report(mpls).quality.forward.jitterMs).toBeLessThan(1);
  });

  it('tells loss on the way there from loss on the way back', () => {
    const wan = simulate('fast');
    wan.change(mpls, { forwardLoss: 0.1 });
    wan.change(broadband, { reverseLoss: 0.1 });
    const totals = { there: [0, 0], back: [0, 0] };
    for (let second = 0; second < 40; second++) {
      wan.run(1_000);
      for (const [index, id] of [mpls, broadband].entries()) {
        totals.there[index]! += (wan.report(id).quality.forward.lossPercent ?? 0) / 40;
        totals.back[index]! += (wan.report(id).quality.reverse.lossPercent ?? 0) / 40;
      }
    }
    expect(totals.there[0]).toBeGreaterThan(8);
    expect(totals.there[0]).toBeLessThan(12);
    expect(totals.back[0]).toBeLessThan(0.3);
    expect(totals.back[1]).toBeGreaterThan(8);
    expect(totals.there[1]).toBeLessThan(0.3);
  });

  it('takes packets that overtake each other for no loss', () => {
    const wan = simulate('fast', { jitterMs: 25 });
    wan.run(20_000);
    const { quality, sent, received } = wan.report(mpls);
    expect(quality.forward.lossPercent! + quality.reverse.lossPercent!).toBeLessThan(4);
    expect(received / sent).toBeGreaterThan(0.99);
  });

  it('keeps its figures when a clock at either end is set', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.farClockMs += 60_000;
    wan.run(5_000);
    wan.wallOffsetMs -= 3_600_000;
    wan.run(5_000);
    const { quality, health } = wan.report(mpls);
    expect(health).toBe('up');
    expect(quality.forward.delayMs).toBeCloseTo(10, 0);
    expect(quality.forward.jitterMs).toBeLessThan(1);
    expect(wan.eventsOf('path_down')).toEqual([]);
  });

  it('keeps a metered path within its octets a day', () => {
    const wan = simulate('metered');
    wan.run(600_000);
    const octetsADay = (wan.sent / 4) * 2 * 140 * 144;
    expect(octetsADay).toBeLessThan(26_000_000);
    expect(octetsADay).toBeGreaterThan(15_000_000);
  });
});

describe('blackout', () => {
  /** The longest that detection takes over cuts at any moment between two probes. */
  const slowestMs = (profile: ProbeProfile, roundTripMs: number): number => {
    const phases = [0, 0.13, 0.29, 0.41, 0.57, 0.68, 0.79, 0.91, 0.99];
    return Math.max(...phases.map((phase) => detectionMs(profile, roundTripMs, phase)));
  };

  const detectionMs = (profile: ProbeProfile, roundTripMs: number, phase: number): number => {
    const oneWay = { forwardMs: roundTripMs / 2, reverseMs: roundTripMs / 2 };
    const wan = simulate(profile, { ...oneWay, jitterMs: 0.5 });
    wan.run(8_000 + phase * probeTiming[profile].intervalMs);
    const cutMs = wan.nowMs;
    wan.cut(mpls);
    expect(wan.runUntil(() => wan.eventsOf('path_down').length > 0, 5_000)).toBe(true);
    return wan.nowMs - cutMs;
  };

  it.each([5, 40, 150])('is found within 45 ms by the fast profile on a round trip of %i ms', (roundTripMs) => {
    expect(slowestMs('fast', roundTripMs)).toBeLessThan(45);
  });

  it.each([5, 40, 100])('is found within 250 ms by the default profile on a round trip of %i ms', (roundTripMs) => {
    expect(slowestMs('default', roundTripMs)).toBeLessThan(250);
  });

  it('moves traffic in the same instant and tells cause, ends and times', () => {
    const wan = simulate('fast');
    wan.run(10_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
    const cutMs = wan.clock.wall();
    wan.cut(mpls);
    wan.run(100);
    expect(wan.groups.get(voiceGroup)).not.toEqual(member(0));
    const downMs = wan.eventsOf('path_down')[0]!.timestamp - wan.wallOffsetMs;
    // events tell whole milliseconds
    const [firstWrite] = wan.groupWrites.filter(({ atMs }) => atMs >= cutMs - wan.wallOffsetMs);
    expect(Math.round(firstWrite!.atMs)).toBe(Math.round(downMs));
    const failover = wan.eventsOf('failover').find((event) => event.metadata['policy'] === 'voice')!;
    expect(failover.message).toMatch(/^voice to branch moved from mpls → mpls to .*: mpls → mpls is down \(3 probes/);
    expect(failover.metadata).toMatchObject({
      policy_id: 2,
      dest_site: 'branch',
      from: [{ path_id: mpls, label: 'mpls', remote_label: 'mpls' }],
    });
    const { first_missed_at, kernel_at, outage_estimate_ms } = failover.metadata as Record<string, number>;
    expect(first_missed_at).toBeGreaterThan(cutMs - 25);
    expect(first_missed_at).toBeLessThan(cutMs + 10);
    expect(outage_estimate_ms).toBe(kernel_at! - first_missed_at!);
  });

  it('leaves loss as the only figure of the path: no delay is told that nobody measures', () => {
    const wan = simulate('default');
    wan.run(5_000);
    wan.change(mpls, { forwardLoss: 1 });
    wan.run(5_000);
    const { quality, health } = wan.report(mpls);
    expect(health).toBe('down');
    expect(quality.forward.lossPercent).toBeGreaterThan(0);
    expect([quality.rttMs, quality.forward.delayMs, quality.forward.jitterMs, quality.mos]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('tells which way is cut, as far as one end can', () => {
    const foundWhen = (isFarEndHeard: boolean): Record<string, unknown> => {
      const wan = simulate('default');
      const [path] = documentFor('default').paths;
      const { localAddress, remoteAddress } = planProbes(documentFor('default')).paths.find(
        ({ id }) => id === path!.id,
      )!;
      wan.run(10_000);
      wan.engine.heard(localAddress, remoteAddress, null);
      wan.cut(path!.id);
      for (let round = 0; round < 100; round++) {
        wan.run(20);
        if (isFarEndHeard) wan.engine.heard(localAddress, remoteAddress, null);
      }
      const { reverse } = wan.reports.find(({ pathId }) => pathId === path!.id)!.quality;
      return { ...wan.eventsOf('path_down')[0]!.metadata, reverseLoss: reverse.lossPercent };
    };
    expect(foundWhen(true)).toMatchObject({
      cause: expect.stringContaining('while those of the far end arrive: the way out is cut') as string,
      failed_direction: 'forward',
      reverseLoss: null,
    });
    expect(foundWhen(false)).toMatchObject({
      cause: expect.stringContaining('and none of the far end arrive') as string,
      failed_direction: 'reverse_or_both',
      reverseLoss: expect.any(Number) as number,
    });
  });

  it('is seen the sooner where the far end falls silent as well, and replies have been punctual', () => {
    const downAfterMs = (farEndProbes: boolean): number[] =>
      Array.from({ length: 10 }, (_, index) => {
        const wan = simulate('fast', { forwardMs: 18, reverseMs: 18, jitterMs: 0.5 });
        if (farEndProbes) wan.probeFromFarEnds(10);
        wan.run(60_000 + index);
        wan.cut(mpls);
        const cutMs = wan.nowMs;
        expect(wan.runUntil(() => wan.eventsOf('path_down').length > 0, 100)).toBe(true);
        return wan.nowMs - cutMs;
      });
    expect(Math.max(...downAfterMs(true))).toBeLessThan(10 + 10 + 6);
    expect(Math.max(...downAfterMs(false))).toBeGreaterThan(10 + 10 + 10);
  });

  it('is not seen in two lost probes', () => {
    const wan = simulate('fast');
    wan.probeFromFarEnds(10);
    wan.run(60_000);
    for (let burst = 0; burst < 20; burst++) {
      wan.change(mpls, { forwardLoss: 1 });
      wan.run(20);
      wan.change(mpls, { forwardLoss: 0 });
      wan.run(980);
    }
    expect(wan.eventsOf('path_down')).toEqual([]);
  });

  it('is not seen when our own machine stood still', () => {
    const wan = simulate('fast', { forwardMs: 30, reverseMs: 30, jitterMs: 0.5 });
    wan.probeFromFarEnds(10);
    wan.run(10_000);
    for (const stallMs of [8, 30, 120, 700]) {
      wan.stall(stallMs, 4);
      wan.run(3_000);
    }
    expect(wan.eventsOf('path_down')).toEqual([]);
  });

  it('is not seen when busy machines hold up every tunnel for a while', () => {
    const wan = simulate('fast', { jitterMs: 0.5 });
    wan.change(broadband, { forwardMs: 30, reverseMs: 30 });
    wan.probeFromFarEnds(10);
    wan.run(10_000);
    for (const holdMs of [30, 60, 120, 300]) {
      wan.hold(holdMs);
      wan.run(3_000);
    }
    expect(wan.eventsOf('path_down')).toEqual([]);
  });

  it('of one path is seen right after its tunnels were held up', () => {
    const wan = simulate('fast', { jitterMs: 0.5 });
    wan.run(10_000);
    wan.cut(mpls);
    wan.hold(60);
    wan.run(130);
    expect(wan.eventsOf('path_down').map((event) => event.metadata['path_id'])).toEqual([mpls]);
  });

  /** Whether voice stayed on its line at every moment of this. */
  const staysThrough = (wan: ProbeSimulation, ms: number): boolean => {
    for (let passed = 0; passed < ms; passed += 2) {
      wan.run(2);
      if (wan.groups.get(voiceGroup)?.[0]?.id !== member(0)[0]!.id) return false;
    }
    return true;
  };

  it.each<ProbeProfile>(['fast', 'default', 'metered'])(
    'is not seen, and nothing moves, when our process or that of the far end was stopped for 5 s, on the %s profile',
    (profile) => {
      const wan = simulate(profile, { jitterMs: 2 });
      wan.run(60_000);
      expect(wan.groups.get(voiceGroup)).toEqual(member(0));
      wan.stall(5_000);
      expect(staysThrough(wan, 20_000)).toBe(true);
      const paths = documentFor(profile).paths;
      for (const { id } of paths) wan.change(id, { forwardLoss: 1 });
      expect(staysThrough(wan, 5_000)).toBe(true);
      for (const { id } of paths) wan.change(id, { forwardLoss: 0 });
      expect(staysThrough(wan, 60_000)).toBe(true);
      expect(wan.eventsOf('failover')).toEqual([]);
    },
  );

  it.each<[string, (wan: ProbeSimulation) => void]>([
    ['ours is set back by an hour', (wan) => void (wan.wallOffsetMs -= 3_600_000)],
    ['ours is set forward by a day', (wan) => void (wan.wallOffsetMs += 86_400_000)],
    ['that of the far end is set back by an hour', (wan) => void (wan.farClockMs -= 3_600_000)],
    ['that of the far end is set forward by a day', (wan) => void (wan.farClockMs += 86_400_000)],
  ])('is not seen, and nothing moves, when a clock jumps: %s', (_clock, jump) => {
    for (const profile of ['fast', 'default'] as const) {
      const wan = simulate(profile, { jitterMs: 1 });
      wan.run(20_000);
      jump(wan);
      expect(staysThrough(wan, 20_000)).toBe(true);
      expect([...wan.eventsOf('path_down'), ...wan.eventsOf('path_degraded'), ...wan.eventsOf('failover')]).toEqual([]);
    }
  });

  it('is still seen on a machine that keeps standing still', () => {
    const wan = simulate('fast');
    wan.run(10_000);
    wan.cut(mpls);
    for (let round = 0; round < 12; round++) {
      wan.stall(15);
    }
    expect(wan.eventsOf('path_down').map((event) => event.metadata['path_id'])).toContain(mpls);
  });

  it('is believed at once when the device has no carrier', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.engine.linksDown(['eth0']);
    expect(wan.groups.get(voiceGroup)).toEqual([{ id: tunnelNextHop(1, 0), weight: 1 }]);
    expect(wan.eventsOf('failover')[0]!.message).toContain('link down');
    wan.engine.linksDown([]);
    wan.run(30_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
  });

  it('is told to the far end over the other paths to it, as it would have to wait for what is missing', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.engine.linksDown(['eth0']);
    const { paths } = documentFor('default');
    const siteOf = (id: PathId) => paths.find((path) => path.id === id)!.remoteSiteId;
    expect(new Set(wan.lostLinks.map(({ lost }) => lost))).toContain(mpls);
    const deviceOf = new Map(planProbes(documentFor('default')).paths.map(({ id, device }) => [id, device]));
    for (const { lost, over } of wan.lostLinks) {
      expect([siteOf(over), deviceOf.get(over)]).toEqual([siteOf(lost), 'eth1']);
    }
    wan.engine.linksDown(['eth0']);
    expect(wan.lostLinks).toHaveLength(new Set(wan.lostLinks.map((each) => JSON.stringify(each))).size);
  });

  it('at the far end is believed at once when it tells, until it is heard again and has proven itself', () => {
    const wan = simulate('default');
    wan.run(10_000);
    const planned = new Map(planProbes(documentFor('default')).paths.map((path) => [path.id, path]));
    const [lost, over] = [planned.get(mpls)!, planned.get(broadband)!];
    const tell = (readerAddress: number, writerAddress: number): void => {
      wan.engine.heard(over.localAddress, over.remoteAddress, null, { readerAddress, writerAddress });
      wan.engine.advance();
    };
    tell(lost.localAddress, lost.remoteAddress + 77);
    wan.run(50);
    expect(wan.eventsOf('path_down')).toEqual([]);
    tell(lost.localAddress, lost.remoteAddress);
    expect(wan.eventsOf('path_down').map(({ message }) => message)).toEqual([
      expect.stringContaining('link down at the far end') as string,
    ]);
    expect(wan.groups.get(voiceGroup)).toEqual([{ id: tunnelNextHop(0, 1), weight: 1 }]);
    const ups = wan.eventsOf('path_up').length;
    wan.run(30_000);
    expect(wan.eventsOf('path_up')).toHaveLength(ups);
    wan.engine.heard(lost.localAddress, lost.remoteAddress, null);
    wan.run(30_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
  });

  it('of every path leaves the policy unserved, says so, and leaves traffic where it was: the far kernel may still forward', () => {
    const wan = simulate('fast');
    wan.run(5_000);
    for (const { id } of documentFor('fast').paths) wan.cut(id);
    wan.run(1_000);
    expect(wan.groups.get(voiceGroup)).toHaveLength(1);
    expect(wan.eventsOf('policy_unserved').length).toBeGreaterThan(0);
  });
});

describe('brownout and failback', () => {
  it.each([
    ['loss', { forwardLoss: 0.08 }],
    ['delay', { forwardMs: 220, reverseMs: 220 }],
    ['jitter', { jitterMs: 140 }],
  ] as const)('by %s moves voice while packets still pass', (_name, trouble) => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.change(mpls, trouble);
    wan.run(20_000);
    expect(wan.groups.get(voiceGroup)).not.toEqual(member(0));
    expect(wan.eventsOf('failover').some((event) => event.metadata['policy'] === 'voice')).toBe(true);
  });

  it('returns to the preferred path once it has proved itself, and tells so', () => {
    const wan = simulate('fast');
    wan.run(10_000);
    wan.cut(mpls);
    wan.run(3_000);
    wan.mend(mpls);
    wan.run(500);
    expect(wan.groups.get(voiceGroup)).not.toEqual(member(0));
    wan.run(15_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
    expect(wan.eventsOf('failback').some((event) => event.metadata['policy'] === 'voice')).toBe(true);
    expect(wan.report(mpls).quality.forward.lossPercent).toBe(0);
  });

  it('does not hold the outage itself against a path that is back', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.cut(mpls);
    wan.run(4_000);
    expect(wan.report(mpls).quality.forward.lossPercent).toBeGreaterThan(20);
    wan.mend(mpls);
    expect(wan.runUntil(() => wan.report(mpls).health === 'up', 10_000)).toBe(true);
    expect(wan.report(mpls).quality.forward.lossPercent).toBe(0);
  });
});

describe('a path taken out of use', () => {
  const without = documentFor('default');
  /** Keeps traffic off every path over mpls. */
  const withOverride = (override: PathOverride): SiteDocument => {
    const paths = without.paths.map((path) => (path.tunnel === 'pt1-1' ? path : { ...path, override }));
    return siteDocument({ paths, policies: without.policies });
  };
  const override = { reason: 'line is rebuilt', by: 'admin', expiresAt: null };

  it('is left with the document that says so, while it is probed on, and gets its traffic back with the next', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.engine.configure(planProbes(withOverride(override)));
    expect(wan.groups.get(voiceGroup)).toEqual(member(1));
    expect(wan.eventsOf('failover')[0]!.message).toBe(
      'voice to branch moved from mpls → mpls to broadband → broadband: ' +
        'mpls → mpls was taken out of use by admin: line is rebuilt',
    );
    wan.run(10_000);
    expect(wan.report(mpls).health).toBe('up');
    wan.engine.configure(planProbes(without));
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
  });

  it('is free again when its time is over by the clock of the edge, with nobody to say so', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.engine.configure(planProbes(withOverride({ ...override, expiresAt: wan.clock.wall() + 60_000 })));
    wan.run(59_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(1));
    wan.run(1_200);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
  });

  it('stays left when the edge starts anew and hears it first', () => {
    const wan = new ProbeSimulation(withOverride(override), new SeededRandom(7), {});
    wan.change(broadband, { forwardMs: 80 });
    wan.run(3_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(1));
    expect(wan.groupWrites).toHaveLength(2);
  });

  it('carries traffic while every other is down', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.engine.configure(planProbes(withOverride(override)));
    wan.cut(broadband);
    wan.run(1_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
  });
});

describe('the kernel', () => {
  it('is given a path that was not known yet when it became the only one, once it is up', () => {
    const wan = simulate('default');
    const both = documentFor('default');
    const mplsOnly = siteDocument({ paths: both.paths.slice(0, 1), policies: both.policies });
    wan.engine.configure(planProbes(mplsOnly));
    wan.run(10_000);
    wan.engine.configure(planProbes(both));
    wan.engine.linksDown(['eth0']);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
    wan.run(3_000);
    expect(wan.groups.get(voiceGroup)).not.toEqual(member(0));
  });

  it('is not touched before anything is known of a path', () => {
    const wan = simulate('default');
    wan.run(15);
    expect(wan.groupWrites).toEqual([]);
    wan.run(2_000);
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
  });

  it('is given only what changed', () => {
    const wan = simulate('fast');
    wan.run(10_000);
    const before = wan.groupWrites.length;
    wan.run(10_000);
    expect(wan.groupWrites.length).toBe(before);
  });

  it('refusing one group does not keep the others; it is told once and tried again', () => {
    const wan = simulate('fast');
    wan.run(10_000);
    wan.refusedGroups.add(groupNextHop(1, 1));
    wan.cut(mpls);
    wan.run(5_000);
    expect(wan.groups.get(voiceGroup)).not.toEqual(member(0));
    expect(wan.eventsOf('edge_error')).toHaveLength(1);
    wan.refusedGroups.clear();
    wan.run(1_100);
    expect(wan.groups.get(groupNextHop(1, 1))).not.toEqual(member(0));
  });

  it('is written once more with the next document, and measurement goes on', () => {
    const wan = simulate('default');
    wan.run(10_000);
    wan.groups.clear();
    wan.engine.configure(planProbes(documentFor('default')));
    expect(wan.groups.get(voiceGroup)).toEqual(member(0));
    wan.run(1_100);
    expect(wan.report(mpls).sent).toBeGreaterThan(100);
    expect(wan.eventsOf('failover')).toEqual([]);
  });
});

describe('packets that are not ours', () => {
  it('duplicates, forged and stray replies change nothing', () => {
    const wan = simulate('fast');
    wan.run(5_000);
    const [packet, address, receivedMs] = wan.delivered.at(-1)!;
    const before = wan.engine.strays;
    wan.engine.receive(packet, address, receivedMs);
    wan.engine.receive({ ...packet, senderFraction: packet.senderFraction ^ 1 }, address, receivedMs);
    wan.engine.receive({ ...packet, senderSequence: packet.senderSequence + 1 }, address, receivedMs);
    wan.engine.receive({ ...packet, senderSequence: 0xffff_ffff }, address, receivedMs);
    wan.engine.receive(packet, address + 1, receivedMs);
    wan.engine.receive({ ...emptyReflectorPacket(), sessionId: 0xffff }, address, receivedMs);
    expect(wan.engine.strays - before).toBe(6);
    wan.run(1_000);
    expect(wan.report(mpls).quality.forward.lossPercent).toBe(0);
  });
});

describe('a probe on demand', () => {
  it('answers with its own round trip, or that none came', () => {
    const wan = simulate('metered');
    wan.run(10_000);
    wan.engine.probeNow(mpls, 1);
    wan.run(100);
    expect(wan.results[0]).toMatchObject({ pathId: mpls, answered: true, problem: null });
    expect(wan.results[0]!.rttMs).toBeCloseTo(20, 1);
    wan.cut(mpls);
    wan.engine.probeNow(mpls, 2);
    wan.run(2_000);
    expect(wan.results[1]).toMatchObject({ answered: false, rttMs: null });
    wan.engine.probeNow('no such path' as PathId, 3);
    expect(wan.results[2]!.answered).toBe(false);
  });
});
