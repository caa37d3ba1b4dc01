import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultClass, percentile, type Policy, type QosClass } from '@patronus/core';
import { trialDecisions, trialDocument, TrialNetwork, voiceStream, type VoiceResult } from '@patronus/edge/trial';
import type { Bench } from './bench-line.ts';
import { alsoOnSignal } from './clean-up.ts';

/** What the line of the trial carries, and how long its provider lets packets wait: common figures of broadband. */
const lineBps = 20_000_000;
const providerQueueMs = 200;
const bulkStreams = 8;
/** One packet each 20 ms: enough for a 99th percentile. */
const voicePackets = 1_000;
const fillMs = 2_000;

const policies: readonly Policy[] = [
  {
    id: 2,
    class: 2,
    priority: 200,
    name: 'voice',
    match: { protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] },
    action: { type: 'steer', qosClass: 'realtime' },
  },
  {
    id: 3,
    class: 3,
    priority: 100,
    name: 'backup',
    match: { protocol: 'tcp', destinationPorts: [{ from: 5201, to: 5201 }] },
    action: { type: 'steer', qosClass: 'bulk' },
  },
  { id: 1, class: defaultClass, priority: 0, name: 'default', match: {}, action: { type: 'steer' } },
];
const lines = { 1: [1], 2: [1], 3: [1] };

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
const qosClasses = [
  qosClass(1, 'realtime', 30),
  qosClass(2, 'business', 30),
  qosClass(3, 'default', 30),
  qosClass(4, 'bulk', 10),
];

export const bench: Bench = {
  about: 'a call beside 8 TCP streams that fill a slow line, shaped by class and not',
  async run(report) {
    const network = await TrialNetwork.create();
    const remove = alsoOnSignal(() => network.remove());
    try {
      const apply = await connectEdges(network);
      await network.limitLine(1, lineBps, providerQueueMs);
      const idle = await voice(network);
      const plain = await underLoad(network);
      await apply(true);
      const shaped = await underLoad(network);
      reportAll(report, { idle, plain, shaped });
    } finally {
      await remove();
    }
  },
};

type Loaded = Awaited<ReturnType<typeof underLoad>>;

function reportAll(
  report: Parameters<Bench['run']>[0],
  { idle, plain, shaped }: { idle: VoiceResult; plain: Loaded; shaped: Loaded },
): void {
  const base = percentile(idle.delaysMs, 0.5);
  for (const [share, name] of [
    [0.5, 'p50'],
    [0.99, 'p99'],
  ] as const) {
    const added = (of: VoiceResult): number => percentile(of.delaysMs, share) - base;
    const [value, baseline] = [added(shaped.voice), added(plain.voice)];
    report({
      metric: `added_delay_${name}`,
      value,
      unit: 'ms',
      baseline,
      ratio: value / baseline,
      samples: voicePackets,
    });
  }
  const lost = ({ sent, received }: VoiceResult): number => (100 * (sent - received)) / sent;
  report({
    metric: 'voice_loss',
    value: lost(shaped.voice),
    unit: 'percent',
    baseline: lost(plain.voice),
    samples: voicePackets,
  });
  report({
    metric: 'bulk_rate',
    value: shaped.bulkBps / 1e6,
    unit: 'Mbit/s',
    baseline: plain.bulkBps / 1e6,
    ratio: shaped.bulkBps / plain.bulkBps,
    samples: bulkStreams,
  });
  report({
    metric: 'idle_delay_p99',
    value: percentile(idle.delaysMs, 0.99) - base,
    unit: 'ms',
    samples: voicePackets,
  });
}

const voice = (network: TrialNetwork): Promise<VoiceResult> =>
  voiceStream(network.edges[0], network.edges[1], '10.1.0.2', { packets: voicePackets });

/** Answers what shapes edge 0's uplink, or not. */
async function connectEdges(network: TrialNetwork): Promise<(isShaped: boolean) => Promise<void>> {
  const keys: Record<string, string>[] = [];
  for (const index of [0, 1] as const) {
    await network.edges[index].apply(trialDocument(index, { policies, ipv4Only: true }), trialDecisions(index, lines));
    keys.push(await network.edges[index].tunnelKeys());
  }
  const apply = async (isShaped: boolean): Promise<void> => {
    for (const index of [0, 1] as const) {
      const shaping = isShaped && index === 0 ? { shaping: { rateBps: lineBps, auto: false }, qosClasses } : {};
      const document = trialDocument(index, { policies, ipv4Only: true, peerKeys: keys[1 - index]!, ...shaping });
      await network.edges[index].apply(document, trialDecisions(index, lines));
    }
  };
  await apply(false);
  return apply;
}

/** A call while bulk fills the line; the rate of bulk is what TCP delivered beside the call. */
async function underLoad(network: TrialNetwork): Promise<{ voice: VoiceResult; bulkBps: number }> {
  const [near, far] = network.edges;
  const programs: ChildProcess[] = [];
  const inHost = (host: string, ...args: string[]): ChildProcess => {
    const child = spawn('ip', ['netns', 'exec', host, 'iperf3', ...args], { stdio: 'ignore' });
    programs.push(child);
    return child;
  };
  try {
    inHost(far.host, '-s', '-p', '5201');
    await delay(1_000);
    inHost(near.host, '-c', '10.1.0.2', '-p', '5201', '-P', String(bulkStreams), '-t', '120');
    await delay(fillMs);
    const before = await arrivedBytes(network);
    const start = performance.now();
    const result = await voice(network);
    const ms = performance.now() - start;
    return { voice: result, bulkBps: (((await arrivedBytes(network)) - before) * 8_000) / ms };
  } finally {
    for (const child of programs) child.kill('SIGKILL');
    for (const host of [near.host, far.host]) await endPrograms(network, host);
  }
}

/** Octets that arrived at the far LAN host. */
async function arrivedBytes(network: TrialNetwork): Promise<number> {
  const text = await network.edges[1].runOnHost('cat', '/sys/class/net/lan0/statistics/rx_bytes');
  return Number(text);
}

/** `ip netns exec` becomes the program that it runs, but a client has let its streams go only when it is gone. */
async function endPrograms(network: TrialNetwork, host: string): Promise<void> {
  const edge = network.edges.find((each) => each.host === host)!;
  for (let tries = 0; tries < 50; tries++) {
    const left = await edge.runOnHost('ss', '-tnH', 'state', 'established', 'sport = :5201 or dport = :5201');
    if (left.trim() === '') return;
    await delay(100);
  }
}
