import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultClass, type Policy } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, type TrialEdge } from '@patronus/edge/trial';
import { alsoOnSignal } from './clean-up.ts';

/** Of one slice of time, long enough that a burst is little in it; the other settings are to see the same of the machine. */
const sliceMs = 1000;
/** TCP fills the tunnels again within this time after a change. */
const settleMs = 300;
/** One stream alone backs off at every burst that a tunnel drops; together they keep it full. */
export const streams = 4;
const startLimitMs = 20_000;

/** What both parts of the bench steer by. */
export const policies: readonly Policy[] = [
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
export const lines = { 1: [1], 2: [1], 3: [1] };
/** The tunnel that carries it. */
export const tunnel = 'pt1-1';

export interface Slice {
  /** Of TCP segments with their headers, as they arrive at the far LAN. */
  readonly mbps: number;
  /** Processor time of tunnels and streams, ns for an octet. What the kernel does for them counts as theirs. */
  readonly nsPerOctet: number;
}

/** What a bench does with a tunnel that is full of TCP. */
export interface LoadedTunnel {
  readonly network: TrialNetwork;
  /** Tunnel keys of each edge, for further documents. */
  readonly keys: readonly Record<string, string>[];
  /** Measures one slice of time, once TCP has filled the tunnel again. */
  measure(): Promise<Slice>;
}

/** Builds two edges with TCP from LAN to LAN over one tunnel, and takes all of it away after the action. */
export async function withLoadedTunnel(action: (tunnel: LoadedTunnel) => Promise<void>): Promise<void> {
  raisePriority();
  const network = await TrialNetwork.create();
  const remove = alsoOnSignal(() => network.remove());
  const programs: ChildProcess[] = [];
  try {
    const keys = await connectEdges(network);
    await shareProcessors(network);
    programs.push(...(await startStreams(network)));
    const pids = await pidsOf(network);
    const measure = async (): Promise<Slice> => {
      await delay(settleMs);
      return await measureSlice(network, pids);
    };
    await action({ network, keys, measure });
  } finally {
    for (const program of programs) program.kill('SIGKILL');
    await remove();
  }
}

/** What else the machine does should take as little part as possible; children inherit it. */
function raisePriority(): void {
  setPriority(constants.priority.PRIORITY_HIGHEST);
}

async function connectEdges(network: TrialNetwork): Promise<readonly Record<string, string>[]> {
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
  return keys;
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

/** Takes the table and the rules of classes away and routes by the main table; the tunnels stay as they are. */
export async function withoutRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await removeTable(edge, 'patronus');
  for (const priority of [10_900, 11_001, 11_002, 11_003, 16_000]) {
    await edge.run('ip', 'rule', 'delete', 'pref', String(priority)).catch(() => undefined);
  }
  await edge.run('ip', 'route', 'replace', otherLan(edge, network), 'dev', tunnel);
}

/** Takes back what {@link withoutRules} did to the main table. */
export async function byRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await edge.run('ip', 'route', 'flush', otherLan(edge, network));
}

/** Also where there is none; `destroy` came late to nft. */
export const removeTable = (edge: TrialEdge, table: string): Promise<string> =>
  edge.run('nft', `add table inet ${table}; delete table inet ${table}`);

const otherLan = (edge: TrialEdge, network: TrialNetwork): string =>
  edge === network.edges[0] ? '10.1.0.0/24' : '10.0.0.0/24';
