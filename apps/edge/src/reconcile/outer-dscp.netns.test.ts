import type { Policy, QosClass } from '@patronus/core';
import { whyNoKernelTunnels, whyNoPrograms } from '@patronus/linux';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelText } from './trial/kernel-text.ts';
import { trialDecisions, trialDocument, type TrialWishes } from './trial/trial-documents.ts';
import { TrialNetwork } from './trial/trial-network.ts';

const policy = (id: number, name: string, more: Partial<Policy> = {}): Policy => ({
  id,
  class: id,
  priority: 100 * (id - 1),
  name,
  match: {},
  action: { type: 'steer' },
  ...more,
});
/** What comes as AF21 (18) leaves as AF11 (10). */
const policies = [
  policy(2, 'bulk', { match: { dscp: [18] }, action: { type: 'steer', setDscp: 10 } }),
  policy(1, 'default'),
];
const onLine1 = { 1: [1], 2: [1] };
const qosClass = (number: number, name: string, more: Partial<QosClass>): QosClass => ({
  number,
  name,
  guaranteePercent: 50,
  ceilingPercent: 100,
  priority: number,
  trustDscp: [],
  setDscp: null,
  isDefault: false,
  ...more,
});
/** What has no code point leaves with that of CS2 (16). */
const qosClasses = [
  qosClass(1, 'realtime', { trustDscp: [46] }),
  qosClass(2, 'default', { isDefault: true, setDscp: 16 }),
];
const shaping = { rateBps: 10_000_000, auto: false };

const root = whyNoPrograms();
const userspace = root ?? whyNoKernelTunnels();
const skipped = (reason: string | null): string => (reason === null ? '' : ` (skipped: ${reason})`);

describe.skipIf(root !== null)(`outer packets of an uplink${skipped(root)}`, () => {
  let network: TrialNetwork;
  let keys: Record<string, string>[];

  const apply = (wishes: Partial<TrialWishes>) =>
    network.edges[0].apply(trialDocument(0, { policies, peerKeys: keys[1]!, ...wishes }), trialDecisions(0, onLine1));
  /** Pings from host to host; how many encrypted packets of them arrive with each of these code points. */
  const arrivals = async (codePoints: readonly number[], octet: number, address = '10.1.0.2'): Promise<number[]> => {
    const [near, far] = network.edges;
    await far.run('nft', 'add table inet seen; delete table inet seen; add table inet seen');
    await far.run('nft', 'add chain inet seen c { type filter hook prerouting priority raw; }');
    for (const codePoint of codePoints) {
      // with data (kind 4, more than 32 octets): WireGuard sends others when it likes
      await far.run(
        'nft',
        `add rule inet seen c iifname "wan1" udp length > 40 @th,64,8 4 ip dscp ${codePoint} counter`,
      );
    }
    const pings = ['-n', '-c', '5', '-i', '0.05', '-W', '10', '-Q', String(octet), address];
    expect(await near.runOnHost('ping', ...pings)).toContain(' 5 received');
    const told = await far.run('nft', 'list', 'table', 'inet', 'seen');
    return [...told.matchAll(/counter packets (\d+)/g)].map(([, count]) => Number(count));
  };

  beforeAll(async () => {
    network = await TrialNetwork.create();
    keys = [];
    for (const index of [0, 1] as const) {
      await network.edges[index].apply(trialDocument(index, { policies }), trialDecisions(index, onLine1));
      keys.push(await network.edges[index].tunnelKeys());
    }
    await network.edges[1].apply(trialDocument(1, { policies, peerKeys: keys[0]! }), trialDecisions(1, onLine1));
    await apply({});
  });
  afterAll(() => network?.remove());

  it.skipIf(userspace !== null)(
    `carry the code point of the packet inside, as it leaves, and none when that is switched off${skipped(userspace)}`,
    async () => {
      expect(await arrivals([0, 46], 0xb8)).toEqual([5, 0]);
      const { steps, unavailable } = await apply({ copiesDscp: true });
      expect(unavailable).toEqual([]);
      expect(steps).toEqual([
        'attach program pt_dscp_note to pt1-1 egress',
        'attach program pt_dscp_copy to wan1 egress',
      ]);
      expect((await apply({ copiesDscp: true })).steps).toEqual([]);
      expect(await arrivals([0, 46], 0xb8)).toEqual([0, 5]);
      expect(await arrivals([0, 34], 0x88, '2001:db8:1::2')).toEqual([0, 5]);
      expect(await arrivals([18, 10], 0x48), 'with the code point that its policy writes').toEqual([0, 5]);
      await apply({});
      expect(await arrivals([0, 46], 0xb8)).toEqual([5, 0]);
      const left = await network.edges[0].kernel().observe([]);
      expect(left.programs.filter(({ program }) => program.startsWith('pt_dscp'))).toEqual([]);
    },
  );

  it.skipIf(userspace !== null)(
    `carry it through the queues of a shaped line, with what a class writes${skipped(userspace)}`,
    async () => {
      await apply({ copiesDscp: true, shaping, qosClasses });
      expect(await arrivals([0, 46], 0xb8)).toEqual([0, 5]);
      expect(await arrivals([0, 16], 0)).toEqual([0, 5]);
    },
  );

  it.skipIf(userspace !== null)(`are mended, and leave nothing behind${skipped(userspace)}`, async () => {
    const [edge] = network.edges;
    await apply({ copiesDscp: true });
    await edge.run('tc', 'filter', 'delete', 'dev', 'wan1', 'egress', 'pref', '12');
    expect((await edge.repair())?.steps).toEqual(['attach program pt_dscp_copy to wan1 egress']);
    await edge.clean();
    expect(await edge.run('tc', 'qdisc', 'show', 'dev', 'wan1')).not.toContain('clsact');
  });

  it.skipIf(userspace === null)('carry none where the tunnels are programs, and the edge says why', async () => {
    const before = await kernelText(network.edges[0]);
    const { unavailable } = await apply({ copiesDscp: true });
    expect(unavailable).toEqual([
      { feature: 'outer_dscp', reason: expect.stringContaining('wireguard-go serves tunnel pt1-1') as unknown },
    ]);
    expect(await kernelText(network.edges[0])).toBe(before);
    expect(await arrivals([0, 46], 0xb8)).toEqual([5, 0]);
  });
});
