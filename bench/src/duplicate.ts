import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultClass, median, type Policy } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, type TrialEdge } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';
import { alsoOnSignal } from './clean-up.ts';

/** Slices with and without follow each other, since the machine's other work changes what either reaches. */
const pairs = 10;
const sliceSeconds = 2;
const blackouts = 100;
/** Packets a second of the stream that meets blackouts, and how long each is. */
const streamRate = 1000;
const darkMs = 300;
const tunnels: [string, string] = ['pt0-0', 'pt1-1'];
const connectLimitMs = 60_000;

const policies: readonly Policy[] = [
  {
    id: 1,
    class: defaultClass,
    priority: 0,
    name: 'default',
    match: {},
    action: { type: 'steer', duplicate: true },
  },
];

type Report = Parameters<Bench['run']>[0];

interface Slice {
  readonly mbps: number;
  /** Processor time of tunnels and streams, ns for an octet that arrived. */
  readonly nsPerOctet: number;
}

/** What can be measured alone. */
const parts = { cost: reportCost, blackouts: reportBlackouts };

export const bench: Bench = {
  about: 'packets over two paths at once: what it costs, and what a blackout takes',
  parts: Object.keys(parts),
  async run(report, part) {
    const network = await TrialNetwork.create();
    const remove = alsoOnSignal(() => network.remove());
    try {
      await connectEdges(network);
      for (const [name, measure] of Object.entries(parts)) {
        if (part === undefined || part === name) await measure(network, report);
      }
    } finally {
      await remove();
    }
  },
};

async function reportCost(network: TrialNetwork, report: Report): Promise<void> {
  const measured = await measurePairs(network);
  for (const [metric, unit, figure] of [
    ['TCP, each packet over two paths, against one', 'Mbit/s', (slice: Slice) => slice.mbps],
    ['processor time for an octet', 'ns', (slice: Slice) => slice.nsPerOctet],
  ] as const) {
    const value = median(measured.map(({ twice }) => figure(twice)));
    const baseline = median(measured.map(({ once }) => figure(once)));
    const ratio = median(measured.map(({ twice, once }) => figure(twice) / figure(once)));
    // tunnels in the kernel have no process whose time could be read
    if (baseline > 0) report({ metric, value, unit, baseline, ratio, samples: pairs });
  }
}

async function reportBlackouts(network: TrialNetwork, report: Report): Promise<void> {
  const { lost, again } = await throughBlackouts(network);
  const stream = `${blackouts} blackouts of ${darkMs} ms, ${streamRate} packets/s`;
  report({ metric: `packets lost in ${stream}`, value: lost, unit: 'packets', samples: blackouts });
  report({ metric: `packets delivered twice in ${stream}`, value: again, unit: 'packets', samples: blackouts });
}

async function connectEdges(network: TrialNetwork): Promise<void> {
  const keys: Record<string, string>[] = [];
  for (const index of [0, 1] as const) {
    await network.edges[index].apply(trialDocument(index, { policies }), trialDecisions(index, { 1: [0] }));
    keys.push(await network.edges[index].tunnelKeys());
  }
  for (const index of [0, 1] as const) {
    const document = trialDocument(index, { policies, peerKeys: keys[1 - index]!, dropsCopies: true });
    const { unavailable } = await network.edges[index].apply(document, trialDecisions(index, { 1: [0] }));
    if (unavailable.length > 0) throw new Error(unavailable.map(({ reason }) => reason).join('; '));
  }
  await copy(network, true);
  const deadline = Date.now() + connectLimitMs;
  for (;;) {
    const before = await droppedBy(network.edges[1]);
    await ping(network, 10).catch(() => '');
    if ((await droppedBy(network.edges[1])) - before >= 10) return;
    if (Date.now() > deadline) throw new Error(`both tunnels do not carry packets within ${connectLimitMs} ms`);
  }
}

const ping = (network: TrialNetwork, count: number): Promise<string> =>
  network.edges[0].runOnHost('ping', '-n', '-q', '-i', '0.01', '-W', '1', '-c', String(count), '10.1.0.2');

async function droppedBy(edge: TrialEdge): Promise<number> {
  return (await edge.kernel().copies()).reduce((sum, { dropped }) => sum + dropped, 0);
}

async function copy(network: TrialNetwork, on: boolean): Promise<void> {
  for (const index of [0, 1] as const)
    await network.edges[index].copyOver(defaultClass, 1 - index, on ? tunnels : null);
}

async function measurePairs(network: TrialNetwork): Promise<{ twice: Slice; once: Slice }[]> {
  const measured: { twice: Slice; once: Slice }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const slices: Slice[] = [];
    for (const twice of pair % 2 === 0 ? [true, false] : [false, true]) {
      await copy(network, twice);
      slices.push(await measureSlice(network));
    }
    measured.push(pair % 2 === 0 ? { twice: slices[0]!, once: slices[1]! } : { twice: slices[1]!, once: slices[0]! });
  }
  await copy(network, true);
  return measured;
}

/** One run of iperf3, whose server ends with it. */
async function measureSlice(network: TrialNetwork): Promise<Slice> {
  const [first, second] = network.edges;
  const server = second.runOnHost('iperf3', '-s', '-1', '-J');
  await delay(300);
  const before = await processorNs(network);
  const told = await first.runOnHost('iperf3', '-c', '10.1.0.2', '-t', String(sliceSeconds), '-P', '2', '-J');
  const { end } = JSON.parse(told) as { end: { sum_received: { bytes: number; bits_per_second: number } } };
  const used = (await processorNs(network)) - before;
  await server;
  return { mbps: end.sum_received.bits_per_second / 1e6, nsPerOctet: used / end.sum_received.bytes };
}

/** Processor time so far of the tunnels of both edges, in userspace; 0 where they are in the kernel. */
async function processorNs(network: TrialNetwork): Promise<number> {
  const lists = await Promise.all(
    network.edges.map(({ namespace }) => network.edges[0].run('ip', 'netns', 'pids', namespace)),
  );
  const pids = lists.flatMap((list) => list.split('\n').filter(Boolean));
  return pids
    .filter((pid) => nameOf(pid) === 'wireguard-go')
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`))
    .reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]), 0);
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** A stream of pings, told apart by the receiver's kernel, while one line after the other is dark. */
async function throughBlackouts(network: TrialNetwork): Promise<{ lost: number; again: number }> {
  const seconds = Math.ceil((blackouts * 2 * (darkMs + 100)) / 1000) + 2;
  const count = seconds * streamRate;
  const stream = network.edges[0].runOnHost(
    'ping',
    '-n',
    '-q',
    '-i',
    String(1 / streamRate),
    '-W',
    '2',
    '-c',
    String(count),
    '10.1.0.2',
  );
  for (let done = 0; done < blackouts; done++) {
    const table = 'table netdev dark';
    const rules = `${table} {\n chain in { type filter hook ingress device wan${done % 2} priority 0; policy drop; }\n}`;
    await network.edges[1].run('nft', rules);
    await delay(darkMs);
    await network.edges[1].run('nft', `delete ${table}`);
    await delay(darkMs);
  }
  const told = await stream;
  const [, transmitted, received] = /(\d+) packets transmitted, (\d+) received/.exec(told)!;
  return {
    lost: Number(transmitted) - Number(received),
    again: Number(/\+(\d+) duplicates/.exec(told)?.[1] ?? 0),
  };
}
