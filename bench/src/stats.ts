import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median, PatronusError, TrafficStatsCollector, type FlowKey } from '@patronus/core';
import type { Bench } from './bench-line.ts';
import { perOperation } from './per-operation.ts';

const policyCount = 1_000;
const flowCount = 10_000;
const staleCount = 1_000;
const cleanUps = 50;

/** From 100 hosts to 50 servers; neighbours in this list have little in common, as packets on a wire. */
const flows = Array.from({ length: flowCount }, (_, index): FlowKey => {
  const shuffled = (index * 7_919) % flowCount;
  return {
    sourceAddress: `10.1.0.${shuffled % 100}`,
    destinationAddress: `10.2.0.${shuffled % 50}`,
    sourcePort: 32_768 + (shuffled >> 1),
    destinationPort: shuffled % 2 === 0 ? 443 : 5201,
    protocol: 6,
  };
});
const policyOf = (flowIndex: number): number => 1 + ((flowIndex * 31) % policyCount);
const policies = flows.map((_flow, index) => policyOf(index));

export const bench: Bench = {
  about: `traffic statistics of ${policyCount} policies and ${flowCount} flows: record ≤ 60 ns, read ≤ 10 ns, clean up ≤ 0.2 ms, ≤ 10 MB`,
  async run(report) {
    const memory = await memoryOfCollector();
    report({ metric: 'memory', value: memory.bytes / 1e6, unit: 'MB', samples: 1 });
    const { collector } = memory;
    const record = perOperation(flowCount, (index) => collector.recordPacket(policies[index]!, flows[index]!, 1_200));
    report({ metric: 'record a packet, median', value: record.median, unit: 'ns', samples: record.operations });
    let same = 0;
    const read = perOperation(flowCount, (index) => {
      const stats = collector.getPolicyStats(policies[index]!)!;
      if (stats.packets_matched === stats.bytes_matched) same += 1;
    });
    if (same > 0) throw new PatronusError('internal', 'counters of packets and of octets are the same');
    report({
      metric: 'read packets and bytes of a policy, median',
      value: read.median,
      unit: 'ns',
      samples: read.operations,
    });
    const times: number[] = [];
    for (let round = 0; round < cleanUps; round++) times.push(await cleanUp(collector));
    const metric = `clean up ${staleCount} stale flows of ${flowCount}, median`;
    report({ metric, value: median(times), unit: 'ms', samples: cleanUps });
  },
};

/** What a filled collector adds to the heap and to the memory of its arrays, octets. */
async function memoryOfCollector(): Promise<{ collector: TrafficStatsCollector; bytes: number }> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const used = async (): Promise<number> => {
    for (let turn = 0; turn < 3; turn++) {
      collectGarbage();
      await nextTurn();
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = await used();
  const collector = new TrafficStatsCollector();
  fill(collector, 0);
  for (let policy = 1; policy <= policyCount; policy++) collector.addCounts(policy, 1n, 1n);
  return { collector, bytes: (await used()) - before };
}

function fill(collector: TrafficStatsCollector, from: number): void {
  for (let index = from; index < flowCount; index++) collector.recordPacket(policies[index]!, flows[index]!, 1_200);
}

/** ms to remove the first thousand flows, which were silent while all others were heard. */
async function cleanUp(collector: TrafficStatsCollector): Promise<number> {
  fill(collector, 0);
  const quietSince = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  fill(collector, staleCount);
  const start = performance.now();
  const removed = collector.cleanupStaleFlows(start - quietSince - 1);
  const took = performance.now() - start;
  if (removed !== staleCount) throw new PatronusError('internal', `${removed} flows were removed, not ${staleCount}`);
  return took;
}
