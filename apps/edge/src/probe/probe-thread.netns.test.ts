import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blackholeNextHop, groupNextHop, tunnelNextHop, type Address, type NetworkEvent } from '@patronus/core';
import { inNetworkNamespace } from '@patronus/linux';
import type { PathReport, SiteDocument } from '@patronus/protocol';
import { siteDocument } from '@patronus/testkit';
import { ProbeThread } from './probe-thread.ts';

/*
 *   near: pt0-0 10.9.0.1 ── veth ── pt0-0 10.9.0.2 :far
 *         pt1-1 10.9.1.1 ── veth ── pt1-1 10.9.1.2
 */
const isRoot = process.getuid?.() === 0;
const tag = `pt${randomBytes(3).toString('hex')}`;
const [near, far] = [`${tag}n`, `${tag}f`];
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', timeout: 5_000 });
const group = groupNextHop(1, 1);

/** The document of one end: site 0 or 1 of the kit, over slots 0-0 and 1-1 only, with the addresses above. */
function documentOf(end: 1 | 2): SiteDocument {
  const kit = siteDocument();
  const probeAddress = (slot: number, of: number): Address => `10.9.${slot}.${of}` as Address;
  const straight = (name: string): boolean => name === 'pt0-0' || name === 'pt1-1';
  const slotOf = (name: string): number => Number(name[2]);
  return siteDocument({
    tunnels: kit.tunnels
      .filter((tunnel) => straight(tunnel.name))
      .map((tunnel) => ({
        ...tunnel,
        probeAddress: probeAddress(tunnel.localSlot, end),
        peers: tunnel.peers.map((peer) => ({ ...peer, probeAddress: probeAddress(tunnel.localSlot, 3 - end) })),
      })),
    paths: kit.paths
      .filter((path) => straight(path.tunnel))
      .map((path) => ({
        ...path,
        profile: 'fast',
        cost: 10 + slotOf(path.tunnel),
        remoteProbeAddress: probeAddress(slotOf(path.tunnel), 3 - end),
      })),
  });
}

class Listener {
  reports: readonly PathReport[] = [];
  readonly events: NetworkEvent[] = [];
  readonly failures: Error[] = [];
  paths(reports: readonly PathReport[]): void {
    this.reports = reports;
  }
  decisions(): void {}
  event(event: NetworkEvent): void {
    this.events.push(event);
  }
  failed(error: Error): void {
    this.failures.push(error);
  }
}

async function until(condition: () => boolean, what: string, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe.skipIf(!isRoot)('the probe thread between two namespaces (needs root)', () => {
  const listener = new Listener();
  let nearThread: ProbeThread;
  let farThread: ProbeThread;

  const nextHops = (): string => ip('-n', near, 'nexthop', 'show', 'id', String(group));

  beforeAll(async () => {
    for (const space of [near, far]) {
      ip('netns', 'add', space);
      ip('-n', space, 'link', 'set', 'lo', 'up');
    }
    for (const slot of [0, 1]) {
      const device = `pt${slot}-${slot}`;
      ip('-n', near, 'link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', far);
      for (const [space, end] of [
        [near, 1],
        [far, 2],
      ] as const) {
        ip('-n', space, 'address', 'add', `10.9.${slot}.${end}/24`, 'dev', device);
        ip('-n', space, 'link', 'set', device, 'up');
      }
      ip('-n', near, 'nexthop', 'add', 'id', String(tunnelNextHop(slot, slot)), 'dev', device, 'proto', '80');
    }
    ip('-n', near, 'nexthop', 'add', 'id', String(blackholeNextHop), 'blackhole', 'proto', '80');
    ip('-n', near, 'nexthop', 'add', 'id', String(group), 'group', String(blackholeNextHop), 'proto', '80');
    // One after the other: Node 24 can crash where two threads strip types at once (WebAssembly; nodejs/node#64500).
    farThread = inNetworkNamespace(far, () => ProbeThread.start(new Listener()));
    await farThread.configure(documentOf(2));
    nearThread = inNetworkNamespace(near, () => ProbeThread.start(listener));
    await nearThread.configure(documentOf(1));
  });

  afterAll(async () => {
    await Promise.all([nearThread?.stop(), farThread?.stop()]);
    for (const space of [near, far]) ip('netns', 'delete', space);
  });

  it('measures both paths and gives the group its best one', async () => {
    await until(
      () => listener.reports.length === 2 && listener.reports.every((each) => each.health === 'up'),
      'both up',
    );
    await until(() => nextHops().includes(`group ${tunnelNextHop(0, 0)} `), 'the cheaper path carries traffic');
    await until(() => (listener.reports[0]!.quality.forward.lossPercent ?? 100) === 0, 'loss is measured');
    const { quality, received, sent } = listener.reports[0]!;
    expect(quality.forward.delayMs).toBeLessThan(2);
    expect(sent - received).toBeLessThan(5);
    expect(nearThread.currentDecisions()[0]).toMatchObject({ siteId: documentOf(1).remoteSites[0]!.id });
  });

  it('moves the group within 60 ms of a silent blackout', async () => {
    const cut = Date.now();
    execFileSync(
      'ip',
      [
        'netns',
        'exec',
        far,
        'nft',
        'add table netdev t; add chain netdev t c { type filter hook ingress device pt0-0 priority 0; policy drop; }',
      ],
      { timeout: 5_000 },
    );
    const applied = Date.now();
    await until(() => listener.events.some((event) => event.eventType === 'failover'), 'a failover');
    expect(nextHops()).toContain(`group ${tunnelNextHop(1, 1)} `);
    const { kernel_at, first_missed_at } = listener.events.find((event) => event.eventType === 'failover')!
      .metadata as Record<string, number>;
    expect(first_missed_at).toBeGreaterThan(cut - 20);
    expect(kernel_at! - applied).toBeLessThan(60);
  });

  it('tells the result of a probe on demand, either way', async () => {
    const [cutPath, goodPath] = documentOf(1).paths;
    expect(await nearThread.probeNow(goodPath!.id)).toMatchObject({ answered: true, problem: null });
    expect(await nearThread.probeNow(cutPath!.id)).toMatchObject({ answered: false, rttMs: null });
  });

  it('goes back when the line is mended', async () => {
    execFileSync('ip', ['netns', 'exec', far, 'nft', 'delete table netdev t'], { timeout: 5_000 });
    await until(() => nextHops().includes(`group ${tunnelNextHop(0, 0)} `), 'the cheaper path again');
    await until(() => listener.events.some((event) => event.eventType === 'failback'), 'a failback event');
  });

  it('refuses a document that contradicts itself, and keeps the one it has', async () => {
    const { tunnels } = documentOf(1);
    const broken = { ...documentOf(1), tunnels: tunnels.slice(1) };
    await expect(nearThread.configure(broken)).rejects.toThrow(/names an endpoint, a tunnel or a site/);
    const { sent } = listener.reports[0]!;
    await until(() => listener.reports[0]!.sent > sent, 'probing goes on');
    await nearThread.configure(documentOf(1));
  });

  it('starts a thread again that died, with the document it had', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'probe-'));
    const entry = join(directory, 'dies-once.mjs');
    const real = new URL('./probe-worker.ts', import.meta.url).href;
    writeFileSync(
      entry,
      `import { existsSync, writeFileSync } from 'node:fs';
       const died = ${JSON.stringify(join(directory, 'died'))};
       if (existsSync(died)) await import(${JSON.stringify(real)});
       else { writeFileSync(died, ''); throw new Error('out of luck'); }`,
    );
    const own = new Listener();
    const options = { reflectorPort: 863, workerUrl: pathToFileURL(entry) };
    const thread = inNetworkNamespace(near, () => ProbeThread.start(own, options));
    try {
      await Promise.allSettled([thread.configure(documentOf(1))]);
      await until(() => own.reports.some((each) => each.health === 'up'), 'probing after the restart');
      expect(own.failures.map((error) => error.message)).toEqual([
        'the probe thread failed and is started again: out of luck',
      ]);
    } finally {
      await thread.stop();
      rmSync(directory, { recursive: true });
    }
  });

  it('says which port is taken', () => {
    expect(() => inNetworkNamespace(near, () => ProbeThread.start(new Listener()))).toThrow(/UDP port 862/);
  });
});
