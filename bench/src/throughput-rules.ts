import { median } from '@patronus/core';
import type { TrialEdge, TrialNetwork } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';
import { byRules, removeTable, streams, withoutRules, type LoadedTunnel, type Slice } from './loaded-tunnel.ts';

/**
 * The machine's other work makes single slices differ by a tenth and more. The slices of a round follow each other closely and see
 * the same of it; every round begins with another one.
 */
const rounds = 40;
const trackingTable = 'bench_tracking';

/**
 * What stands between the LANs and the tunnel: all rules; none; or none but the kernel's connection tracking, which every router that
 * translates addresses or filters has.
 */
const settings = ['rules', 'bare', 'tracking'] as const;
type Setting = (typeof settings)[number];
type Round = Readonly<Record<Setting, Slice>>;

/** What the rules of policies cost. */
export async function measureRules(tunnel: LoadedTunnel, report: Parameters<Bench['run']>[0]): Promise<void> {
  const measured = await measureRounds(tunnel);
  for (const [metric, unit, figure] of [
    [`${streams} TCP streams`, 'Mbit/s', (slice: Slice) => slice.mbps],
    ['processor time for an octet', 'ns', (slice: Slice) => slice.nsPerOctet],
  ] as const) {
    for (const [against, words] of [
      ['bare', ''],
      ['tracking', ', against connection tracking alone'],
    ] as const) {
      const ratio = median(measured.map((round) => figure(round.rules) / figure(round[against])));
      const value = median(measured.map((round) => figure(round.rules)));
      const baseline = median(measured.map((round) => figure(round[against])));
      report({ metric: `${metric}${words}`, value, unit, baseline, ratio, samples: rounds });
    }
  }
}

async function measureRounds({ network, measure }: LoadedTunnel): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const slices: Partial<Record<Setting, Slice>> = {};
    for (let turn = 0; turn < settings.length; turn++) {
      const setting = settings[(round + turn) % settings.length]!;
      for (const edge of network.edges) await set(edge, network, setting);
      slices[setting] = await measure();
    }
    measured.push(slices as Round);
  }
  return measured;
}

async function set(edge: TrialEdge, network: TrialNetwork, setting: Setting): Promise<void> {
  await removeTable(edge, trackingTable);
  if (setting === 'rules') {
    await edge.repair();
    return await byRules(edge, network);
  }
  await withoutRules(edge, network);
  if (setting === 'tracking') {
    await edge.run(
      'nft',
      `add table inet ${trackingTable}; add chain inet ${trackingTable} packets { type filter hook prerouting priority mangle; }`,
    );
    await edge.run('nft', 'add', 'rule', 'inet', trackingTable, 'packets', 'ct', 'state', 'established', 'accept');
  }
}
