import { median, tcPriority, type Policy, type QosClass } from '@patronus/core';
import { trialDecisions, trialDocument, type TrialEdge } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';
import {
  byRules,
  lines,
  policies,
  streams,
  tunnel as tunnelName,
  withoutRules,
  type LoadedTunnel,
  type Slice,
} from './loaded-tunnel.ts';

/** As for the rules alone; there are more settings to a round. */
const rounds = 15;
/** No limit to anything: what is measured is the way through the queues, and not the waiting in them. */
const boundlessBps = 10_000_000_000;

/** A policy that duplicates: then every packet that a tunnel sends or gets passes the filters that make and drop copies. */
const duplicating: Policy = {
  id: 4,
  class: 4,
  priority: 300,
  name: 'duplicated',
  match: { protocol: 'udp', destinationPorts: [{ from: 6_000, to: 6_000 }] },
  action: { type: 'steer', duplicate: true },
};
const qosClass = (number: number, name: string, guaranteePercent: number): QosClass => ({
  number,
  name,
  guaranteePercent,
  ceilingPercent: 100,
  priority: number,
  trustDscp: [],
  setDscp: null,
  isDefault: name === 'default',
});
const qosClasses = [qosClass(1, 'realtime', 30), qosClass(2, 'default', 60), qosClass(3, 'bulk', 10)];

const features = {
  counting: 'counting of the traffic itself',
  duplication: 'filters of duplication',
  shaping: 'shaping',
  learning: 'learning of names and inspection of flows',
} as const;
type Feature = keyof typeof features;
const every = Object.keys(features) as Feature[];

/** What stands between the LANs and the tunnel, beside the rules of policies; null: not even these. */
const settings: Readonly<Record<string, readonly Feature[] | null>> = {
  bare: null,
  rules: [],
  ...Object.fromEntries(every.map((feature) => [feature, [feature]])),
  everything: every,
};
type Round = Readonly<Record<string, Slice>>;

/** What each feature costs alone, against rules without any of them, and what all of them cost, against a bare tunnel. */
export async function measureFeatures(tunnel: LoadedTunnel, report: Parameters<Bench['run']>[0]): Promise<void> {
  const measured = await measureRounds(tunnel);
  for (const [metric, unit, figure] of [
    [`${streams} TCP streams`, 'Mbit/s', (slice: Slice) => slice.mbps],
    ['processor time for an octet', 'ns', (slice: Slice) => slice.nsPerOctet],
  ] as const) {
    const tell = (words: string, of: string, against: string): void =>
      report({
        metric: `${metric}, ${words}`,
        value: median(measured.map((round) => figure(round[of]!))),
        unit,
        baseline: median(measured.map((round) => figure(round[against]!))),
        ratio: median(measured.map((round) => figure(round[of]!) / figure(round[against]!))),
        samples: rounds,
      });
    for (const feature of every) tell(`${features[feature]} against rules alone`, feature, 'rules');
    tell('everything against a bare tunnel', 'everything', 'bare');
  }
}

async function measureRounds(tunnel: LoadedTunnel): Promise<Round[]> {
  const measured: Round[] = [];
  const names = Object.keys(settings);
  for (let round = 0; round < rounds; round++) {
    const slices: Record<string, Slice> = {};
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!;
      for (const index of [0, 1] as const) await set(tunnel, index, settings[name]!);
      slices[name] = await tunnel.measure();
    }
    measured.push(slices);
  }
  return measured;
}

async function set({ network, keys }: LoadedTunnel, index: 0 | 1, wanted: readonly Feature[] | null): Promise<void> {
  const edge = network.edges[index];
  const has = (feature: Feature): boolean => wanted?.includes(feature) === true;
  const document = trialDocument(index, {
    policies: has('duplication') ? [duplicating, ...policies] : policies,
    peerKeys: keys[1 - index]!,
    dropsCopies: true,
    ...(has('shaping') ? { shaping: { rateBps: boundlessBps, auto: false }, qosClasses } : {}),
  });
  const learning = has('learning') ? { mode: 'copy' as const, names: [], inspects: true } : undefined;
  await edge.apply(document, trialDecisions(index, lines), learning);
  await byRules(edge, network);
  // an edge counts wherever it can, and drops copies ever after it was asked to: here it shall do neither unasked
  if (!has('counting')) for (const hook of hooks) await removeFilters(edge, 'wan1', hook, countingPriority);
  if (!has('duplication')) for (const hook of hooks) await removeFilters(edge, tunnelName, hook, copyPriority);
  if (wanted === null) await withoutRules(edge, network);
}

const hooks = ['ingress', 'egress'] as const;
const { measure: countingPriority, duplicate: copyPriority } = tcPriority;

const removeFilters = (edge: TrialEdge, device: string, hook: string, priority: number): Promise<unknown> =>
  edge.run('tc', 'filter', 'delete', 'dev', device, hook, 'pref', String(priority)).catch(() => undefined);
