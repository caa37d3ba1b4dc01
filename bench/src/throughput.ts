import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultClass, median, type Policy } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, type TrialEdge } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';
import { alsoOnSignal } from './clean-up.ts';

/**
 * The machine's other work makes single slices differ by a tenth and more. The slices of a round follow each other closely and see
 * the same of it; every round begins with another one.
 */
const rounds = 40;
const sliceMs = 1000;
/** TCP fills the tunnels again within this time after a change. */
const settleMs = 300;
/** One stream alone backs off at every burst that a tunnel drops; together they keep it full. */
const streams = 4;
const trackingTable = 'bench_tracking';
const startLimitMs = 20_000;

const policies: readonly Policy[] = [
  {
    id: 2,
    class: 2,
    priority: 200,
    name: 'voice',
    match: { anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }] },
    action: { type: 'steer' },
  },
  {
    id: 3,
    class: 3,
    priority: 100,
    name: 'bulk',
    match: { protocol: 'tcp', destinationPorts: [{ from: 5201, to: 5201 }] },
    action: { type: 'steer' },
  },
  { id: 1, class: defaultClass, priority: 0, name: 'default', match: {}, action: { type: 'steer' } },
];
/** All traffic over the second line, with the rules as without. */
const lines = { 1: [1], 2: [1], 3: [1] };

/**
 * What stands between the LANs and the tunnel: all rules; none; or none but the kernel's connection tracking, which every router that
 * translates addresses or filters has.
 */
const settings = ['rules', 'bare', 'tracking'] as const;
type Setting = (typeof settings)[number];
type Round = Readonly<Record<Setting, Slice>>;

interface Slice {
  /** Of TCP segments with their headers, as they arrive at the far LAN. */
  readonly mbps: number;
  /** Processor time of tunnels and streams, ns for an octet. What the kernel does for them counts as theirs. */
  readonly nsPerOctet: number;
}

export const bench: Bench = {
  about:
    'TCP from LAN to LAN through two edges, against the same tunnel without rules of ours, and with connection tracking alone',
  async run(report) {
    raisePriority();
    const network = await TrialNetwork.create();
    const remove = alsoOnSignal(() => network.remove());
    const programs: ChildProcess[] = [];
    try {
      await connectEdges(network);
      await shareProcessors(network);
      programs.push(...(await startStreams(network)));
      const measured = await measureRounds(network);
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
    } finally {
      for (const program of programs) program.kill('SIGKILL');
      await remove();
    }
  },
};

/** What else the machine does should take as little part as possible; children inherit it. */
function raisePriority(): void {
  setPriority(constants.priority.PRIORITY_HIGHEST);
}

async function connectEdges(network: TrialNetwork): Promise<void> {
  const keys: Record<string, string>[] = [];
  for (const index of [0, 1] as const) {
    await network.edges[index].apply(trialDocument(index, { policies }));
    keys.push(await network.edges[index].tunnelKeys());
  }
  for (const index of [0, 1] as const) {
    const document = trialDocument(index, { policies, peerKeys: keys[1 - index]! });
    // the groups exist already and belong to steering: started anew they take its decisions
    await network.edges[index].clean();
    await network.edges[index].apply(document, trialDecisions(index, lines));
  }
}

/**
 * Tunnels that are programs run in real time, and full ones would leave the streams and this bench a twentieth of the processors: it
 * is the rules that are measured, so all share alike.
 */
async function shareProcessors(network: TrialNetwork): Promise<void> {
  for (const pid of await pidsOf(network)) {
    await network.edges[0].run('chrt', '--all-tasks', '--other', '--pid', '0', pid);
  }
}

/** Streams that go on until they are killed. */
async function startStreams(network: TrialNetwork): Promise<ChildProcess[]> {
  const [first, second] = network.edges;
  const start = (edge: TrialEdge, ...args: string[]): ChildProcess =>
    spawn('ip', ['netns', 'exec', edge.host, 'iperf3', ...args], { stdio: 'ignore' });
  const server = start(second, '-s');
  await until('iperf3 listens', async () => (await second.runOnHost('ss', '-Hltn', 'sport = :5201')).includes(':5201'));
  const client = start(first, '-c', '10.1.0.2', '-t', '0', '-P', String(streams));
  await until('the streams flow', async () => (await arrivedOctets(second)) > 1_000_000);
  return [client, server];
}

async function measureRounds(network: TrialNetwork): Promise<Round[]> {
  const pids = await pidsOf(network);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const slices: Partial<Record<Setting, Slice>> = {};
    for (let turn = 0; turn < settings.length; turn++) {
      const setting = settings[(round + turn) % settings.length]!;
      for (const edge of network.edges) await set(edge, network, setting);
      await delay(settleMs);
      slices[setting] = await measureSlice(network, pids);
    }
    measured.push(slices as Round);
  }
  return measured;
}

async function set(edge: TrialEdge, network: TrialNetwork, setting: Setting): Promise<void> {
  await removeTable(edge, trackingTable);
  if (setting === 'rules') return await withRules(edge, network);
  await withoutRules(edge, network);
  if (setting === 'tracking') {
    await edge.run(
      'nft',
      `add table inet ${trackingTable}; add chain inet ${trackingTable} packets { type filter hook prerouting priority mangle; }`,
    );
    await edge.run('nft', 'add', 'rule', 'inet', trackingTable, 'packets', 'ct', 'state', 'established', 'accept');
  }
}

async function measureSlice(network: TrialNetwork, pids: readonly string[]): Promise<Slice> {
  const read = async () => ({
    octets: await arrivedOctets(network.edges[1]),
    ns: processorNs(pids),
    at: performance.now(),
  });
  const start = await read();
  await delay(sliceMs);
  const end = await read();
  const octets = end.octets - start.octets;
  return { mbps: (octets * 8) / (end.at - start.at) / 1000, nsPerOctet: (end.ns - start.ns) / octets };
}

/** Takes the table and the rules of classes away and routes by the main table; the tunnels stay as they are. */
async function withoutRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await removeTable(edge, 'patronus');
  for (const priority of [10_900, 11_001, 11_002, 11_003, 16_000]) {
    await edge.run('ip', 'rule', 'delete', 'pref', String(priority)).catch(() => undefined);
  }
  await edge.run('ip', 'route', 'replace', otherLan(edge, network), 'dev', 'pt1-1');
}

/** Also where there is none; `destroy` came late to nft. */
const removeTable = (edge: TrialEdge, table: string): Promise<string> =>
  edge.run('nft', `add table inet ${table}; delete table inet ${table}`);

async function withRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await edge.repair();
  await edge.run('ip', 'route', 'flush', otherLan(edge, network));
}

const otherLan = (edge: TrialEdge, network: TrialNetwork): string =>
  edge === network.edges[0] ? '10.1.0.0/24' : '10.0.0.0/24';

const arrivedOctets = async (edge: TrialEdge): Promise<number> =>
  Number(await edge.run('cat', '/sys/class/net/lan0/statistics/tx_bytes'));

async function pidsOf(network: TrialNetwork): Promise<string[]> {
  const lists = await Promise.all(
    network.edges.flatMap(({ namespace, host }) =>
      [namespace, host].map((name) => network.edges[0].run('ip', 'netns', 'pids', name)),
    ),
  );
  const names = /^(wireguard-go|iperf3)$/;
  return lists.flatMap((list) => list.split('\n').filter(Boolean)).filter((pid) => names.test(nameOf(pid)));
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Time on a processor so far, of all threads (first field of /proc/PID/task/TID/schedstat). */
function processorNs(pids: readonly string[]): number {
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`))
    .reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]), 0);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${startLimitMs} ms`);
    await delay(20);
  }
}
