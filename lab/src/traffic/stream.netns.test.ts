import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '@patronus/core';
import type { TrafficHosts } from './host-traffic.ts';
import { startStream } from './stream.ts';

/*
 *   namespace a                 namespace b
 *   10.99.0.1 ── veth ── 10.99.0.2, drops UDP ports in the set "blocked", each for the time it was put there
 */
const isRoot = process.getuid?.() === 0;
const id = randomBytes(3).toString('hex');
const names: Record<string, string> = { a: `pt${id}a`, b: `pt${id}b` };

const run = (argv: string, input = ''): string => {
  const [tool, ...args] = argv.split(' ');
  return execFileSync(tool!, args, { input, timeout: 10_000 }).toString();
};
const hosts: TrafficHosts = {
  addressOf: ({ site }) => (site === 'a' ? '10.99.0.1' : '10.99.0.2') as Address,
  start: ({ site }, argv) => spawn('nsenter', [`--net=/run/netns/${names[site]}`, ...argv], { stdio: 'pipe' }),
};
const from = { site: 'a' };
const to = { site: 'b' };
const block = (port: number, ms: number): string =>
  run(`ip netns exec ${names.b} nft add element inet test blocked { ${port} timeout ${ms}ms }`);

describe.skipIf(!isRoot)('streams between two namespaces (needs root)', () => {
  beforeAll(() => {
    for (const name of Object.values(names)) run(`ip netns add ${name}`);
    run(`ip -n ${names.a} link add veth0 type veth peer name veth0 netns ${names.b}`);
    for (const [site, address] of Object.entries({ a: '10.99.0.1/24', b: '10.99.0.2/24' })) {
      run(`ip -n ${names[site]} address add ${address} dev veth0`);
      run(`ip -n ${names[site]} link set veth0 up`);
    }
    run(
      `ip netns exec ${names.b} nft -f -`,
      `table inet test {
        set blocked { type inet_service; flags timeout; }
        chain in {
          type filter hook input priority 0;
          meta l4proto { tcp, udp } th dport @blocked drop
        }
      }`,
    );
  });
  afterAll(() => {
    for (const name of Object.values(names)) run(`ip netns delete ${name}`);
  });

  it('sends 1,000 packets a second and measures a cut of 300 ms within a few ms', async () => {
    const stream = { name: 'udp', kind: 'udp', from, to, port: 16400, rate: 1000, bytes: 172, dscp: 46 } as const;
    const running = await startStream(hosts, stream);
    await delay(1500);
    block(16400, 300);
    await delay(1500);
    const { result } = await running.stop();
    if (result.kind !== 'udp') throw new Error(result.kind);

    const seconds = (result.lastMs - result.firstMs - result.pausedMs) / 1000;
    expect(result.sent).toBeGreaterThan(2500);
    expect(result.sent / seconds).toBeCloseTo(1000, -1);
    expect(result.outages).toHaveLength(1);
    expect(result.longestOutageMs).toBeGreaterThan(292);
    expect(result.longestOutageMs).toBeLessThan(315);
    expect(result.lost).toBe(result.outages[0]!.lostPackets);
    expect(result).toMatchObject({ duplicated: 0, reordered: 0, refused: 0 });
    expect(result.delay!.medianMs).toBeLessThan(1);
  });

  it('notices that a TCP stream stood still and got everything through', async () => {
    const stream = { name: 'tcp', kind: 'tcp', from, to, port: 5201, rateBps: 5e6 } as const;
    const running = await startStream(hosts, stream);
    await delay(1000);
    block(5201, 300);
    await delay(2000);
    const { result } = await running.stop();
    if (result.kind !== 'tcp') throw new Error(result.kind);

    expect(result).toMatchObject({ survived: true, failure: null });
    expect(result.received).toBe(result.sent);
    expect(result.rateBps).toBeGreaterThan(3e6);
    expect(result.longestStallMs).toBeGreaterThan(290);
    expect(result.longestStallMs).toBeLessThan(1500);
  });

  it('counts requests that were not answered in time', async () => {
    const stream = {
      name: 'web',
      kind: 'request',
      from,
      to,
      port: 8000,
      rate: 20,
      answerBytes: 2000,
      timeoutMs: 200,
    } as const;
    const running = await startStream(hosts, stream);
    await delay(500);
    block(8000, 600);
    await delay(1500);
    const { result } = await running.stop();
    if (result.kind !== 'request') throw new Error(result.kind);

    expect(result.failures).toBeGreaterThan(4);
    expect(result.failures).toBeLessThan(result.requests / 2);
    expect(result.reasons).toEqual([{ reason: 'no answer within 200 ms', count: result.failures }]);
    expect(result.latency!.medianMs).toBeLessThan(100);
  });
});
