import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControllerProgram, createSites, EdgeNetwork, eventually, joinEdges, pathsAreUp } from './testing/index.ts';

interface Totals {
  readonly policies: readonly { readonly packets_matched: number; readonly bytes_matched: number }[];
  readonly flows: readonly { readonly active_flows: number | null }[];
  readonly sites: readonly { readonly name: string; readonly packets_matched: number }[];
  readonly paths: readonly { readonly name: string; readonly bytes_sent: number; readonly bytes_received: number }[];
}

const isRoot = process.getuid?.() === 0;
/** Octets of an IPv4 packet: 20 of IP, 8 of ICMP, and the payload. */
const payload = 472;
const packetBytes = 20 + 8 + payload;
/** What must be right of a thousand. */
const tolerance = 0.001;

describe.skipIf(!isRoot)('traffic that LAN hosts send (skipped without root)', () => {
  let network: EdgeNetwork;
  let controller: ControllerProgram;
  const sent = { hq: 0, branch: 0 };

  /** The host of hq pings that of branch; what left either of them is added up. */
  const send = async (count: number): Promise<void> => {
    const args = ['-n', '-q', '-i', '0.002', '-W', '2', '-s', String(payload), '-c', String(count), '10.1.0.2'];
    const told = await network.edges[0].runOnHost('ping', ...args);
    addUp(told);
  };
  const addUp = (told: string): void => {
    const [, transmitted, received] = /(\d+) packets transmitted, (\d+) received/.exec(told)!;
    sent.hq += Number(transmitted);
    sent.branch += Number(received);
  };
  const totals = (): Promise<Totals> =>
    controller.graphql<Totals>(`{
      policies { packets_matched bytes_matched }
      flows: trafficStats(kind: policy) { active_flows }
      sites: trafficStats(kind: site) { name packets_matched }
      paths: trafficStats(kind: path) { name bytes_sent bytes_received }
    }`);
  const isClose = (value: number, expected: number): boolean => Math.abs(value - expected) <= expected * tolerance;
  const isCounted = ({ policies: [policy], sites: counted }: Totals): boolean => {
    const packets = sent.hq + sent.branch;
    return (
      isClose(policy!.packets_matched, packets) &&
      isClose(policy!.bytes_matched, packets * packetBytes) &&
      counted.every(({ name, packets_matched }) => isClose(packets_matched, sent[name as keyof typeof sent]))
    );
  };

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    controller = new ControllerProgram(network.directory);
    await controller.start();
    await createSites(controller);
    await joinEdges(network, controller);
    await pathsAreUp(network);
  });
  afterAll(async () => {
    await network?.remove();
    await controller?.kill();
  });

  it('is counted to the packet, by policy, by site and by path', async () => {
    await send(2_000);
    const { paths } = await eventually(totals, isCounted, 20_000);
    expect(sent.branch).toBe(2_000);
    const carried = await eventually(
      totals,
      (seen) => seen.paths.some(({ bytes_sent }) => bytes_sent > 2_000 * packetBytes),
      20_000,
    );
    expect(carried.paths).toHaveLength(paths.length);
  });

  it('is told flow by flow, each once, although both kernels know it', async () => {
    const calls = [1, 2, 3].map(() =>
      network.edges[0].runOnHost('ping', '-n', '-q', '-s', String(payload), '-c', '25', '10.1.0.2'),
    );
    await eventually(totals, ({ flows }) => flows[0]?.active_flows === 3, 50_000);
    for (const told of await Promise.all(calls)) addUp(told);
  });

  it('is counted while the controller is dead, and nothing twice after', async () => {
    await send(500);
    await controller.kill();
    await send(500);
    await controller.start();
    await send(500);
    expect(isCounted(await eventually(totals, isCounted, 60_000))).toBe(true);
  });

  it('is counted over the crash of an edge, and over its stop, right after which its counters are gone', async () => {
    const before = (await totals()).policies[0]!.packets_matched;
    await send(500);
    await network.edges[0].kill();
    await network.edges[0].start();
    await pathsAreUp(network);
    await send(500);
    await network.edges[0].stop();
    expect(await network.edges[0].run('nft', 'list', 'tables')).not.toContain('patronus');
    await network.edges[0].start();
    await pathsAreUp(network);
    await send(500);
    const after = await eventually(totals, isCounted, 60_000);
    expect(after.policies[0]!.packets_matched).toBeGreaterThanOrEqual(before + 3_000 * (1 - tolerance));
  });
});
