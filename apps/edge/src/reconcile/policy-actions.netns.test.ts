import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { EndpointId, Policy, PolicyAction } from '@patronus/core';
import { SystemCommandRunner } from '@patronus/linux';
import { documentVersion, type SiteDocument } from '@patronus/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trialDecisions, trialDocument } from './trial/trial-documents.ts';
import { TrialNetwork } from './trial/trial-network.ts';

const isRoot = process.getuid?.() === 0;
const run = (tool: string, ...args: string[]): Promise<string> =>
  new SystemCommandRunner().run({ tool, args, timeoutMs: 30_000 });

const everything: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };
const policy = (action: PolicyAction): Policy => ({
  id: 2,
  class: 2,
  priority: 9,
  name: 'under test',
  match: { sourceSites: [trialDocument(0, { policies: [] }).site.id] },
  action,
});

/**
 * The trial network, and a world behind a third uplink of each edge, which knows no way to the LANs:
 *
 *     edge 0 · dsl ── 198.18.0.0/24 ── world 203.0.113.1 ── 198.18.1.0/24 ── dsl · edge 1
 */
describe.skipIf(!isRoot)('what policies do with traffic (skipped without root)', () => {
  const world = `ptw${randomBytes(3).toString('hex')}`;
  const inWorld = (...args: string[]): Promise<string> => run('ip', 'netns', 'exec', world, ...args);
  let network: TrialNetwork;
  let keys: Record<string, string>[];

  const document = (index: 0 | 1, first: Policy): SiteDocument => {
    const made = trialDocument(index, { policies: [first, everything], peerKeys: keys[1 - index] ?? {} });
    const dsl = { ...made.endpoints[0]!, id: made.endpoints[0]!.id.replace(/0$/, '2') as EndpointId };
    const endpoints = [...made.endpoints, { ...dsl, slot: 2, label: 'dsl', device: 'dsl' }];
    const content = { ...made, endpoints };
    return { ...content, version: documentVersion(content) };
  };
  const decided = { 1: [0], 2: [0] };
  const applyBoth = async (first: Policy): Promise<void> => {
    for (const index of [0, 1] as const) {
      await network.edges[index].apply(document(index, first), trialDecisions(index, decided));
    }
  };
  /** Packets that came from an address to the world. */
  const heard = async (source: string): Promise<number> => {
    const told = await inWorld('nft', 'list', 'table', 'inet', 'heard');
    return Number(new RegExp(`ip saddr ${source} counter packets (\\d+)`).exec(told)![1]);
  };

  beforeAll(async () => {
    network = await TrialNetwork.create();
    await run('ip', 'netns', 'add', world);
    await inWorld('ip', 'link', 'set', 'lo', 'up');
    await inWorld('ip', 'address', 'add', '203.0.113.1/32', 'dev', 'lo');
    for (const [index, edge] of network.edges.entries()) {
      const peer = ['type', 'veth', 'peer', 'name', `to${index}`, 'netns', world];
      await run('ip', '-n', edge.namespace, 'link', 'add', 'dsl', ...peer);
      await inWorld('ip', 'address', 'add', `198.18.${index}.1/24`, 'dev', `to${index}`);
      await inWorld('ip', 'link', 'set', `to${index}`, 'up');
      await edge.run('ip', 'address', 'add', `198.18.${index}.2/24`, 'dev', 'dsl');
      await edge.run('ip', 'link', 'set', 'dsl', 'up');
      await edge.run('ip', 'route', 'add', 'default', 'via', `198.18.${index}.1`);
    }
    const counters = ['198.18.0.2', '198.18.1.2'].map((source) => `ip saddr ${source} counter;`).join(' ');
    const hook = 'type filter hook input priority 0;';
    await inWorld('nft', `table inet heard { chain c { ${hook} ${counters} }; }`);
    keys = [];
    await applyBoth(everything2);
    for (const edge of network.edges) keys.push(await edge.tunnelKeys());
  });
  afterAll(async () => {
    await network.remove();
    await run('ip', 'netns', 'delete', world);
  });

  it('breaks out by its own uplink, and through the fallback site while that is down', async () => {
    const [first, second] = network.edges;
    const fallbackSite = document(1, everything2).site.id;
    await applyBoth(policy({ type: 'breakout', breakout: { labels: ['dsl'], fallbackSite } }));
    const ping = (): Promise<string> =>
      first.runOnHost('ping', '-n', '-c', '3', '-i', '0.05', '-W', '10', '203.0.113.1');
    expect(await ping()).toContain(' 0% packet loss');
    expect([await heard('198.18.0.2'), await heard('198.18.1.2')]).toEqual([3, 0]);
    expect(await first.runOnHost('ping', '-n', '-c', '1', '-W', '10', '10.1.0.2')).toContain(' 0% packet loss');
    await first.run('ip', 'link', 'set', 'dsl', 'down');
    await first.repair();
    expect(await ping()).toContain(' 0% packet loss');
    expect([await heard('198.18.0.2'), await heard('198.18.1.2')]).toEqual([3, 3]);
    await second.run('ip', 'link', 'set', 'dsl', 'down');
    await second.repair();
    await expect(first.runOnHost('ping', '-n', '-c', '2', '-W', '1', '203.0.113.1')).rejects.toThrow(
      'failed with status 1',
    );
    for (const [index, edge] of network.edges.entries()) {
      await edge.run('ip', 'link', 'set', 'dsl', 'up');
      await edge.run('ip', 'route', 'replace', 'default', 'via', `198.18.${index}.1`);
      await edge.repair();
    }
    expect(await ping()).toContain(' 0% packet loss');
    expect([await heard('198.18.0.2'), await heard('198.18.1.2')]).toEqual([6, 3]);
  });

  it('gives packets their DSCP where they enter, and holds them to a rate', async () => {
    const [first, second] = network.edges;
    await applyBoth(policy({ type: 'steer', setDscp: 34, rateLimitBps: 2_000_000 }));
    const hook = 'type filter hook input priority 0;';
    const rules = 'ip dscp af41 udp dport 9999 counter; ip dscp != af41 udp dport 9999 counter;';
    await second.runOnHost('nft', `table inet heard { chain c { ${hook} ${rules} }; }`);
    const flood = 'for i in $(seq 2000); do printf "%01000d" 0 > /dev/udp/10.1.0.2/9999; done 2>/dev/null';
    const start = performance.now();
    await first.runOnHost('bash', '-c', flood);
    const seconds = (performance.now() - start) / 1000;
    await delay(100);
    const [marked, others] = [
      ...(await second.runOnHost('nft', 'list', 'table', 'inet', 'heard')).matchAll(/packets (\d+)/g),
    ].map((match) => Number(match[1]));
    expect(others).toBe(0);
    // a second's worth may come at once besides: so deep is the bucket of the kernel
    const bytes = marked! * 1_028;
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(250_000 * (seconds + 1.2));
  });
});

const everything2: Policy = { ...everything, id: 2, class: 2, priority: 9, name: 'none yet' };
