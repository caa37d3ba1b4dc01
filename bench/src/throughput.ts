import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultClass, median, type Policy } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, type TrialEdge } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';

/**
 * The machine's other work makes single slices differ by a tenth and more. The two slices of a pair follow each other
 * closely and see the same of it; every other pair begins with the other side.
 */
const pairs = 40;
const sliceMs = 1000;
/** TCP fills the tunnels again within this time after a change. */
const settleMs = 300;
/** One stream alone backs off at every burst that a tunnel drops; together they keep it full. */
const streams = 4;
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

interface Slice {
  /** Of TCP segments with their headers, as they arrive at the far LAN. */
  readonly mbps: number;
  /** Processor time of tunnels and streams, ns for an octet. What the kernel does for them counts as theirs. */
  readonly nsPerOctet: number;
}

export const bench: Bench = {
  about: 'TCP from LAN to LAN through two edges, against the same tunnel without rules of ours',
  async run(report) {
    raisePriority();
    const network = await TrialNetwork.create();
    const programs: ChildProcess[] = [];
    try {
      await connectEdges(network);
      programs.push(...(await startStreams(network)));
      const slices = await measurePairs(network);
      for (const [metric, unit, figure] of [
        [`${streams} TCP streams`, 'Mbit/s', (slice: Slice) => slice.mbps],
        ['processor time for an octet', 'ns', (slice: Slice) => slice.nsPerOctet],
      ] as const) {
        const ratio = median(slices.map(({ ruled, plain }) => figure(ruled) / figure(plain)));
        const value = median(slices.map(({ ruled }) => figure(ruled)));
        const baseline = median(slices.map(({ plain }) => figure(plain)));
        report({ metric, value, unit, baseline, ratio, samples: pairs });
      }
    } finally {
      for (const program of programs) program.kill('SIGKILL');
      await network.remove();
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

async function measurePairs(network: TrialNetwork): Promise<{ ruled: Slice; plain: Slice }[]> {
  const pids = await pidsOf(network);
  let inForce = true;
  const measure = async (rules: boolean): Promise<Slice> => {
    if (rules !== inForce) {
      for (const edge of network.edges) await (rules ? withRules(edge, network) : withoutRules(edge, network));
    }
    inForce = rules;
    await delay(settleMs);
    return await measureSlice(network, pids);
  };
  const measured: { ruled: Slice; plain: Slice }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const begin = await measure(pair % 2 === 0);
    const end = await measure(pair % 2 !== 0);
    measured.push(pair % 2 === 0 ? { ruled: begin, plain: end } : { ruled: end, plain: begin });
  }
  return measured;
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
  await edge.run('nft', 'delete', 'table', 'inet', 'patronus');
  for (const priority of [10_900, 11_001, 11_002, 11_003, 16_000]) {
    await edge.run('ip', 'rule', 'delete', 'pref', String(priority));
  }
  await edge.run('ip', 'route', 'add', otherLan(edge, network), 'dev', 'pt1-1');
}

async function withRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await edge.repair();
  await edge.run('ip', 'route', 'delete', otherLan(edge, network), 'dev', 'pt1-1');
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
