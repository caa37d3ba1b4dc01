import { setTimeout as delay } from 'node:timers/promises';
import { prefix, tunnelNamePattern, type Policy } from '@patronus/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelText } from './trial/kernel-text.ts';
import { trialDecisions, trialDocument } from './trial/trial-documents.ts';
import { TrialNetwork, type TrialEdge } from './trial/trial-network.ts';

const isRoot = process.getuid?.() === 0;

const everything: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };
const voice: Policy = {
  id: 2,
  class: 2,
  priority: 200,
  name: 'voice',
  match: { anyOf: [{ protocol: 'udp', destinationPorts: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }] },
  action: { type: 'steer' },
};
const bulk: Policy = {
  id: 3,
  class: 3,
  priority: 100,
  name: 'bulk',
  match: { protocol: 'tcp', destinationPorts: [{ from: 5201, to: 5201 }] },
  action: { type: 'steer' },
};
const banned: Policy = {
  id: 4,
  class: 4,
  priority: 150,
  name: 'banned',
  match: { protocol: 'udp', destinationPorts: [{ from: 9, to: 9 }] },
  action: { type: 'drop' },
};
const policies = [voice, banned, bulk, everything];

/** Voice over line 0, the rest over line 1. */
const lineOf = { 1: [1], 2: [0], 3: [1], 4: [1] };

describe.skipIf(!isRoot)('a reconciler in a real kernel (skipped without root)', () => {
  let network: TrialNetwork;
  let keys: Record<string, string>[];
  let before: string;

  const document = (index: 0 | 1, wishes: Partial<Parameters<typeof trialDocument>[1]> = {}) =>
    trialDocument(index, { policies, peerKeys: keys[1 - index]!, ...wishes });
  const applyBoth = async (wishes: Partial<Parameters<typeof trialDocument>[1]> = {}): Promise<void> => {
    for (const index of [0, 1] as const) {
      await network.edges[index].apply(document(index, wishes), trialDecisions(index, lineOf));
    }
  };
  const counted = async (edge: TrialEdge, policyId: number): Promise<number> =>
    (await edge.policyCounters()).find((counter) => counter.policyId === policyId)!.packets;
  const ping = (edge: TrialEdge, ...args: string[]): Promise<string> =>
    edge.runOnHost('ping', '-n', '-i', '0.05', '-W', '10', ...args);

  beforeAll(async () => {
    network = await TrialNetwork.create();
    before = await kernelText(network.edges[0]);
    keys = [];
    for (const index of [0, 1] as const) {
      await network.edges[index].apply(trialDocument(index, { policies }), trialDecisions(index, lineOf));
      keys.push(await network.edges[index].tunnelKeys());
    }
    await applyBoth();
  });

  afterAll(() => network.remove());

  it('carries IPv4 and IPv6 from LAN to LAN', async () => {
    expect(await ping(network.edges[0], '-c', '3', '10.1.0.2')).toContain(' 0% packet loss');
    expect(await ping(network.edges[0], '-c', '3', '2001:db8:1::2')).toContain(' 0% packet loss');
    expect(await network.edges[0].run('ping', '-n', '-c', '1', '-W', '10', '10.1.0.2')).toContain(' 0% packet loss');
  });

  it('has nothing to do for a document that is in force', async () => {
    expect((await network.edges[0].apply(document(0), trialDecisions(0, lineOf))).steps).toEqual([]);
  });

  it('counts each packet once, at the edge where it enters, in the class of the first policy that matches', async () => {
    const [first, second] = network.edges;
    const [voiceBefore, restBefore] = [await counted(first, 2), await counted(first, 1)];
    const farBefore = await counted(second, 2);
    await ping(first, '-c', '4', '-Q', '0xb8', '10.1.0.2');
    await ping(first, '-c', '5', '10.1.0.2');
    await first.runOnHost('bash', '-c', 'for i in 1 2 3; do echo hello > /dev/udp/10.1.0.2/20000; done');
    expect((await counted(first, 2)) - voiceBefore).toBe(4 + 3);
    expect((await counted(first, 1)) - restBefore).toBe(5);
    // four echo replies, and an ICMP error for each datagram to the closed port unless the kernel limits their rate
    const replies = (await counted(second, 2)) - farBefore;
    expect(replies).toBeGreaterThanOrEqual(4);
    expect(replies).toBeLessThanOrEqual(7);
  });

  it('sends each class, and its replies, over the line that steering gave it', async () => {
    const [first, second] = network.edges;
    const sent = async (edge: TrialEdge): Promise<number[]> =>
      Promise.all(['pt0-0', 'pt1-1'].map((tunnel) => transmitted(edge, tunnel)));
    const [a0, b0] = [await sent(first), await sent(second)];
    const server = first.runOnHost('iperf3', '-s', '-1');
    await listening(first, 5201);
    const client = second.runOnHost('iperf3', '-c', '10.0.0.2', '-n', '1M');
    await Promise.all([server, client]);
    const [a1, b1] = [await sent(first), await sent(second)];
    expect(b1[1]! - b0[1]!).toBeGreaterThan(100);
    expect(a1[1]! - a0[1]!).toBeGreaterThan(10);
    expect(a1[0]! - a0[0]!).toBeLessThan(5);
    expect(b1[0]! - b0[0]!).toBeLessThan(5);
  });

  it('drops at the first edge what a policy drops, and counts it', async () => {
    const [first, second] = network.edges;
    const [droppedBefore, sentBefore] = [await counted(first, 4), await transmitted(first, 'pt1-1')];
    await first.runOnHost('bash', '-c', 'for i in 1 2 3; do echo hello > /dev/udp/10.1.0.2/9; done');
    expect((await counted(first, 4)) - droppedBefore).toBe(3);
    expect((await transmitted(first, 'pt1-1')) - sentBefore).toBe(0);
    expect(await counted(second, 4)).toBe(0);
  });

  it('clamps the segment size of both ends to the tunnel', async () => {
    const [first, second] = network.edges;
    for (const edge of network.edges) await countSegmentSizes(edge);
    const server = second.runOnHost('iperf3', '-s', '-1');
    await listening(second, 5201);
    await Promise.all([server, first.runOnHost('iperf3', '-c', '10.1.0.2', '-n', '100K')]);
    for (const edge of network.edges) {
      const rules = await edge.runOnHost('nft', 'list', 'table', 'inet', 'trial');
      // the control connection and one for data
      expect(rules).toContain('maxseg size 1380 counter packets 2');
      expect(rules).toContain('maxseg size != 1380 counter packets 0');
    }
  });

  it('classifies a live flow again when policies change, and keeps every count', async () => {
    const [first] = network.edges;
    const [voiceBefore, restBefore] = [await counted(first, 2), await counted(first, 1)];
    const flow = ping(first, '10.1.0.2');
    await reached(async () => (await counted(first, 1)) - restBefore >= 5);
    const wider: Policy = { ...voice, match: { anyOf: [...voice.match.anyOf!, { protocol: 'icmp' }] } };
    await applyBoth({ policies: [wider, banned, bulk, everything] });
    await reached(async () => (await counted(first, 2)) - voiceBefore >= 5);
    await interruptHost(first);
    const [, sent, lost] = /(\d+) packets transmitted.* (\d+)% packet loss/.exec(await flow)!;
    expect(lost).toBe('0');
    const [voiceGained, restGained] = [(await counted(first, 2)) - voiceBefore, (await counted(first, 1)) - restBefore];
    expect(voiceGained + restGained).toBe(Number(sent));
    await applyBoth();
  });

  it('restores what was before when the kernel refuses half of a document', async () => {
    const [first] = network.edges;
    const standing = await kernelText(first);
    const wishes = { morePrefixes: [prefix('10.77.0.0/16')] };
    const impossible: Policy = { ...voice, match: { dscp: [99] } };
    const bad = document(0, { ...wishes, policies: [impossible, banned, bulk, everything] });
    await expect(first.apply(bad, trialDecisions(0, lineOf))).rejects.toMatchObject({
      code: 'kernel_refused',
      message: expect.stringContaining('replace nft table patronus') as string,
    });
    expect(await kernelText(first)).toBe(standing);
    expect(await ping(first, '-c', '3', '10.1.0.2')).toContain(' 0% packet loss');
  });

  it('moves from one set of prefixes to a large one and back', async () => {
    const [first] = network.edges;
    const standing = await kernelText(first);
    const morePrefixes = Array.from({ length: 2000 }, (_, i) => prefix(`10.${100 + (i >> 8)}.${i & 255}.0/24`));
    const report = await first.apply(document(0, { morePrefixes }), trialDecisions(0, lineOf));
    expect(report.steps.length).toBeGreaterThan(0);
    expect((await first.apply(document(0, { morePrefixes }), trialDecisions(0, lineOf))).steps).toEqual([]);
    await first.apply(document(0), trialDecisions(0, lineOf));
    expect(await kernelText(first)).toBe(standing);
  });

  it('leads packets past the rules of many other policies, and goes back to few', async () => {
    const [first] = network.edges;
    const standing = await kernelText(first);
    const many = Array.from({ length: 140 }, (_, index): Policy => {
      const head = { id: index + 10, class: index + 10, priority: 90, name: `other ${index}` };
      return {
        ...head,
        match: { protocol: 'tcp', destinationPorts: [{ from: index, to: index }] },
        action: bulk.action,
      };
    });
    const wishes = { policies: [voice, banned, bulk, ...many, everything] };
    await first.apply(document(0, wishes), trialDecisions(0, { ...lineOf, 145: [0] }));
    expect((await first.apply(document(0, wishes), trialDecisions(0, lineOf))).steps).toEqual([]);
    expect(await ping(first, '-c', '2', '10.1.0.2')).toContain(' 0% packet loss');
    expect(await first.run('ip', 'route', 'get', '10.1.0.2', 'mark', String(145 << 16))).toContain('dev pt0-0');
    expect(await first.run('ip', 'route', 'get', '192.0.2.2')).toContain('dev wan0');
    await first.apply(document(0), trialDecisions(0, lineOf));
    expect(await kernelText(first)).toBe(standing);
  });

  it('puts back a route, a rule, a table, a tunnel and its groups that somebody removed', async () => {
    const [first] = network.edges;
    const standing = await kernelText(first);
    await first.run('ip', 'route', 'del', '10.1.0.0/24', 'table', '20482');
    await first.run('ip', 'rule', 'del', 'pref', '16000');
    await first.run('nft', 'delete', 'table', 'inet', 'patronus');
    await first.run('ip', 'link', 'delete', 'pt0-0');
    expect(await first.repair()).toMatchObject({ groupsTouched: true });
    expect(await kernelText(first)).toBe(standing);
    expect(await ping(first, '-c', '3', '-Q', '0xb8', '10.1.0.2')).toContain(' 0% packet loss');
  });

  it('makes a tunnel anew whose daemon was killed', async (context) => {
    const [first] = network.edges;
    const standing = await kernelText(first);
    const find = 'pgrep --ns $$ --nslist net -f "^wireguard-go pt0-0$" || true';
    const [pid] = (await first.run('sh', '-c', find)).split('\n');
    context.skip(!pid, 'this kernel has WireGuard, so there is no daemon');
    process.kill(Number(pid), 'SIGKILL');
    await reached(async () => !(await first.run('ip', '-br', 'link')).includes('pt0-0'));
    expect(await first.repair()).toMatchObject({ groupsTouched: true });
    expect(await kernelText(first)).toBe(standing);
    expect(await ping(first, '-c', '3', '-Q', '0xb8', '10.1.0.2')).toContain(' 0% packet loss');
  });

  it('follows an uplink that goes down and comes back with a gateway', async () => {
    const [first] = network.edges;
    await first.run('ip', 'link', 'set', 'wan1', 'down');
    await first.repair();
    expect(await first.run('ip', 'route', 'show', 'table', '24577')).not.toContain('wan1');
    await first.run('ip', 'link', 'set', 'wan1', 'up');
    await first.run('ip', 'route', 'add', 'default', 'via', '198.51.100.2', 'dev', 'wan1');
    await first.repair();
    expect(await first.run('ip', 'route', 'show', 'table', '24577')).toContain('default via 198.51.100.2 dev wan1');
    await first.run('ip', 'route', 'del', 'default');
    await first.repair();
  });

  it('leaves nothing of ours, also of an edge that was killed', async () => {
    const [first] = network.edges;
    first.stop();
    first.start();
    await first.clean();
    expect(await kernelText(first)).toBe(before);
    await first.clean();
  });
});

async function transmitted(edge: TrialEdge, tunnel: string): Promise<number> {
  expect(tunnel).toMatch(tunnelNamePattern);
  const json = await edge.run('ip', '-j', '-s', 'link', 'show', tunnel);
  return (JSON.parse(json) as { stats64: { tx: { packets: number } } }[])[0]!.stats64.tx.packets;
}

/** Ends what runs on the LAN host, as Ctrl-C would. */
async function interruptHost(edge: TrialEdge): Promise<void> {
  const pids = await edge.run('ip', 'netns', 'pids', edge.host);
  for (const pid of pids.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGINT');
}

const listening = (edge: TrialEdge, port: number): Promise<void> =>
  reached(async () => (await edge.runOnHost('ss', '-Hltn', `sport = :${port}`)).includes(`:${port}`));

/** On the LAN host: how many connections come with the segment size of the tunnel (MTU 1420 less 40), and with another. */
async function countSegmentSizes(edge: TrialEdge): Promise<void> {
  const syn = 'tcp flags syn tcp option maxseg size';
  const chain = 'type filter hook input priority 0;';
  const table = `table inet trial { chain in { ${chain} ${syn} 1380 counter; ${syn} != 1380 counter\n}\n}`;
  await edge.runOnHost('nft', table);
}

async function reached(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the condition did not come true within a minute');
    await delay(20);
  }
}
