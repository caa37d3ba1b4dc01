import { VirtualTime } from '@patronus/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FlowKey } from './flow-table.ts';
import { TrafficStatsCollector } from './traffic-stats-collector.ts';

const flow = (number: number): FlowKey => ({
  sourceAddress: `10.0.${number >> 8}.${number & 255}`,
  destinationAddress: '10.1.0.1',
  sourcePort: 40_000,
  destinationPort: 443,
  protocol: 6,
});

let time: VirtualTime;
let collector: TrafficStatsCollector;

beforeEach(() => {
  time = new VirtualTime();
  collector = new TrafficStatsCollector({ clock: time });
});

describe('the counters of a policy', () => {
  it('are unknown before its first packet', () => {
    expect(collector.getPolicyStats(7)).toBeUndefined();
  });

  it('tell packets, octets, flows, and when the first and the last came', async () => {
    const first = time.wall();
    collector.recordPacket(7, flow(1), 1_500);
    await time.advance(5_000);
    collector.recordPacket(7, flow(1), 60);
    collector.recordPacket(7, flow(2), 40);
    collector.recordPacket(8, flow(1), 99);
    expect(collector.getPolicyStats(7)).toMatchObject({
      packets_matched: 3n,
      bytes_matched: 1_600n,
      active_flows: 2,
      first_seen: first,
      last_updated: first + 5_000,
    });
  });

  it('are live in an answer that was given, and stay in it as they were when the policy is reset', () => {
    collector.recordPacket(7, flow(1), 100);
    const stats = collector.getPolicyStats(7);
    for (let policy = 100; policy < 300; policy++) collector.recordPacket(policy, flow(1), 1);
    collector.recordPacket(7, flow(1), 100);
    expect(stats).toMatchObject({ packets_matched: 2n, bytes_matched: 200n, active_flows: 1 });
    collector.resetPolicy(7);
    collector.recordPacket(8, flow(1), 5);
    collector.recordPacket(7, flow(1), 1);
    expect(stats).toMatchObject({ packets_matched: 2n, bytes_matched: 200n, active_flows: 1 });
    expect(collector.getPolicyStats(7)).toMatchObject({ packets_matched: 1n, bytes_matched: 1n });
  });

  it('go past 2^32 and past 2^53 without losing one', () => {
    const stats = { first_seen: 1, last_updated: 2 };
    collector.restore(1, { ...stats, packets_matched: 2n ** 32n - 1n, bytes_matched: 2n ** 53n });
    collector.recordPacket(1, flow(1), 1);
    collector.recordPacket(1, flow(1), 2);
    collector.addCounts(1, 5n, 2n ** 60n);
    expect(collector.getPolicyStats(1)).toMatchObject({
      packets_matched: 2n ** 32n + 6n,
      bytes_matched: 2n ** 53n + 3n + 2n ** 60n,
      first_seen: 1,
    });
  });

  it('add up for thousands of policies, each for itself', () => {
    for (let round = 0; round < 3; round++) {
      for (let policy = 1; policy <= 2_000; policy++) collector.recordPacket(policy, flow(policy), policy);
    }
    for (const policy of [1, 64, 65, 1_999, 2_000]) {
      expect(collector.getPolicyStats(policy)).toMatchObject({
        packets_matched: 3n,
        bytes_matched: BigInt(3 * policy),
      });
    }
  });

  it.each([0, 65_535, 65_536, 2 ** 40])('are those of a policy, whatever its id: %d', (policy) => {
    collector.recordPacket(policy, flow(1), 100);
    collector.recordPacket(policy, flow(1), 100);
    expect(collector.getPolicyStats(policy)).toMatchObject({ packets_matched: 2n, active_flows: 1 });
    collector.resetPolicy(policy);
    collector.recordPacket(policy, flow(1), 7);
    expect(collector.getPolicyStats(policy)).toMatchObject({ packets_matched: 1n, bytes_matched: 7n });
  });

  it('start anew for one policy, and for all', () => {
    collector.recordPacket(7, flow(1), 100);
    collector.recordPacket(8, flow(1), 100);
    collector.resetPolicy(7);
    expect(collector.getPolicyStats(7)).toBeUndefined();
    expect(collector.getPolicyStats(8)).toMatchObject({ packets_matched: 1n, active_flows: 1 });
    collector.recordPacket(9, flow(3), 5);
    expect(collector.getPolicyStats(9)).toMatchObject({ packets_matched: 1n, bytes_matched: 5n, active_flows: 1 });
    collector.resetStats();
    expect(collector.getPolicyStats(8)).toBeUndefined();
    collector.recordPacket(8, flow(1), 1);
    expect(collector.getPolicyStats(8)).toMatchObject({ packets_matched: 1n, active_flows: 1 });
  });
});

describe('flows', () => {
  it('differ by addresses, ports, protocol and policy', () => {
    const base = flow(1);
    const others = [
      { sourceAddress: '10.9.9.9' },
      { destinationAddress: '10.9.9.9' },
      { sourcePort: 1 },
      { destinationPort: 1 },
      { protocol: 17 },
      { sourceAddress: base.destinationAddress, destinationAddress: base.sourceAddress },
    ];
    for (const change of [{}, ...others]) collector.recordPacket(1, { ...base, ...change }, 1);
    collector.recordPacket(2, base, 1);
    expect(collector.getPolicyStats(1)?.active_flows).toBe(others.length + 1);
    expect(collector.getPolicyStats(2)?.active_flows).toBe(1);
  });

  it('that were silent for the time-out are removed; the others and the counters stay', async () => {
    for (let number = 0; number < 10_000; number++) collector.recordPacket(1, flow(number), 1);
    await time.advance(30_000);
    for (let number = 0; number < 9_000; number++) collector.recordPacket(1, flow(number), 1);
    expect(collector.cleanupStaleFlows(30_001)).toBe(0);
    expect(collector.cleanupStaleFlows(30_000)).toBe(1_000);
    expect(collector.getPolicyStats(1)).toMatchObject({ packets_matched: 19_000n, active_flows: 9_000 });
    for (let number = 0; number < 10_000; number++) collector.recordPacket(1, flow(number), 1);
    expect(collector.getPolicyStats(1)).toMatchObject({ active_flows: 10_000 });
  });

  it('over the bound are not followed, but counted; room that gets free is used again', async () => {
    const small = new TrafficStatsCollector({ clock: time, maxFlows: 3 });
    for (let number = 0; number < 5; number++) small.recordPacket(1, flow(number), 1);
    expect(small.getPolicyStats(1)).toMatchObject({ packets_matched: 5n, active_flows: 3 });
    await time.advance(1_000);
    expect(small.cleanupStaleFlows(1_000)).toBe(3);
    small.recordPacket(1, flow(4), 1);
    expect(small.getPolicyStats(1)).toMatchObject({ active_flows: 1 });
  });
});
