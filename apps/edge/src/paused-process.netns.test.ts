import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControllerProgram, createSites, EdgeNetwork, eventually, joinEdges, pathsAreUp } from './testing/index.ts';
import type { ReceivedDatagrams } from './testing/numbered-datagrams.ts';

const isSlow = process.env['PATRONUS_SLOW_TESTS'] === '1';
const reason = process.getuid?.() !== 0 ? 'needs root' : isSlow ? null : 'half a minute: PATRONUS_SLOW_TESTS=1';
const script = fileURLToPath(new URL('./testing/numbered-datagrams.ts', import.meta.url));
const pauseMs = 5_000;

describe.skipIf(reason !== null)(`an edge that is paused${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let network: EdgeNetwork;
  let controller: ControllerProgram;

  const inHost = (edge: 0 | 1, ...args: string[]) =>
    spawn('ip', ['netns', 'exec', network.edges[edge].host, process.execPath, script, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  const movesOf = async (): Promise<string[]> => {
    const { items } = await controller.get<{ items: { event_type: string; message: string }[] }>(
      '/events?type=failover&limit=100',
    );
    return items.map(({ message }) => message);
  };
  const labelsInUse = async (): Promise<(string | undefined)[]> =>
    (await Promise.all(network.edges.map((edge) => edge.status()))).map(
      ({ decisions }) => decisions.find(({ policy }) => policy === 'voice')?.paths[0]?.label,
    );

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    controller = new ControllerProgram(network.directory);
    await controller.start();
    await createSites(controller, 'fast');
    await joinEdges(network, controller);
    await controller.send('POST', '/policies', {
      name: 'voice',
      priority: 100,
      match_conditions: { protocol: 'udp', destination_ports: [{ from: 16_384, to: 32_767 }] },
      action: { type: 'steer', prefer: ['mpls'] },
    });
    await eventually(labelsInUse, (labels) => labels.every((label) => label === 'mpls'));
    await pathsAreUp(network);
  });
  afterAll(async () => {
    await network?.remove();
    await controller?.kill();
  });

  it.each([0, 1] as const)('for 5 s moves no traffic, at neither end, and loses none: edge %i', async (paused) => {
    const before = await movesOf();
    const receiver = inHost(1, 'receive', '16400');
    await once(receiver.stdout, 'data');
    const sender = inHost(0, 'send', '10.1.0.2', '16400', '500', '160');
    const sent = once(sender.stdout, 'data');
    await delay(2_000);
    network.edges[paused].pause();
    await delay(pauseMs);
    network.edges[paused].resume();
    // what it makes of the gap shows within its windows of measurement
    await delay(5_000);
    sender.stdin.end();
    const total = Number(String((await sent)[0]));
    await delay(300);
    receiver.stdin.end();
    const came = JSON.parse(String((await once(receiver.stdout, 'data'))[0])) as ReceivedDatagrams;
    expect(came).toEqual({ distinct: total, again: 0, damaged: 0 });
    expect(await labelsInUse()).toEqual(['mpls', 'mpls']);
    await eventually(
      () => controller.get<{ items: { online: boolean }[] }>('/edges'),
      ({ items }) => items.every(({ online }) => online),
    );
    expect((await movesOf()).filter((message) => !before.includes(message))).toEqual([]);
  });
});
