import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultClass, median, type Policy } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, type TrialEdge } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';

/**
 * The machine's other work makes single runs differ by several percent; pairs that follow each other closely see the same
 * of it, and half of them begin with either side.
 */
const pairs = 20;
const seconds = 2;
/** One stream alone backs off at every burst that a tunnel drops; together they keep it full. */
const streams = 4;
const listenLimitMs = 20_000;

const policies: readonly Policy[] = [
  {
    id: 2,
    class: 2,
    priority: 200,
    name: 'voice',
    action: { type: 'steer' },
    match: { anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }] },
  },
  {
    id: 3,
    class: 3,
    priority: 100,
    name: 'bulk',
    action: { type: 'steer' },
    match: { protocol: 'tcp', destinationPorts: [{ from: 5201, to: 5201 }] },
  },
  { id: 1, class: defaultClass, priority: 0, name: 'default', match: {}, action: { type: 'steer' } },
];
/** All traffic over the second line, with the rules as without. */
const lines = { 1: [1], 2: [1], 3: [1] };

export const bench: Bench = {
  about: 'TCP from LAN to LAN through two edges, against the same tunnel without rules of ours',
  async run(report) {
    raisePriority();
    const network = await TrialNetwork.create();
    try {
      await connectEdges(network);
      const [ruled, plain]: [number[], number[]] = [[], []];
      let inForce = true;
      const measure = async (rules: boolean): Promise<void> => {
        if (rules !== inForce) {
          for (const edge of network.edges) await (rules ? withRules(edge, network) : withoutRules(edge, network));
        }
        inForce = rules;
        (rules ? ruled : plain).push(await throughput(network));
      };
      for (let pair = 0; pair < pairs; pair++) {
        for (const rules of pair % 2 === 0 ? [true, false] : [false, true]) await measure(rules);
      }
      report({
        metric: `${streams} TCP streams`,
        unit: 'Mbit/s',
        samples: pairs,
        value: median(ruled),
        baseline: median(plain),
        ratio: median(ruled.map((value, index) => value / plain[index]!)),
      });
    } finally {
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

/** Takes the table and the rules of classes away and routes by the main table; the tunnels stay as they are. */
async function withoutRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await edge.run('nft', 'delete', 'table', 'inet', 'patronus');
  for (const priority of [11_001, 11_002, 11_003, 16_000])
    await edge.run('ip', 'rule', 'delete', 'pref', String(priority));
  await edge.run('ip', 'route', 'add', otherLan(edge, network), 'dev', 'pt1-1');
}

async function withRules(edge: TrialEdge, network: TrialNetwork): Promise<void> {
  await edge.run('ip', 'route', 'delete', otherLan(edge, network), 'dev', 'pt1-1');
  await edge.repair();
}

const otherLan = (edge: TrialEdge, network: TrialNetwork): string =>
  edge === network.edges[0] ? '10.1.0.0/24' : '10.0.0.0/24';

/** Mbit/s that arrived. */
async function throughput(network: TrialNetwork): Promise<number> {
  const [first, second] = network.edges;
  const server = second.runOnHost('iperf3', '-s', '-1');
  await listening(second);
  const text = await first.runOnHost(
    'iperf3',
    '-J',
    '-c',
    '10.1.0.2',
    '-t',
    String(seconds),
    '-O',
    '0.5',
    '-P',
    String(streams),
  );
  await server;
  const { end } = JSON.parse(text) as { end: { sum_received: { bits_per_second: number } } };
  return end.sum_received.bits_per_second / 1e6;
}

async function listening(edge: TrialEdge): Promise<void> {
  const deadline = Date.now() + listenLimitMs;
  while (!(await edge.runOnHost('ss', '-Hltn', 'sport = :5201')).includes(':5201')) {
    if (Date.now() > deadline) throw new Error(`iperf3 did not listen within ${listenLimitMs} ms`);
    await delay(20);
  }
}
