import type { Policy } from '@patronus/core';
import { describeKernel } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { trialDecisions, trialDocument } from './trial/trial-documents.ts';
import { TrialNetwork } from './trial/trial-network.ts';

describe.skipIf(process.getuid?.() !== 0)('kernel contract (skipped without root)', () => {
  describeKernel('the kernel of a network namespace', async () => {
    const network = await TrialNetwork.create();
    const [edge] = network.edges;
    return { kernel: edge.kernel(), keyOf: (tunnel) => edge.keyOf(tunnel), close: () => network.remove() };
  });

  it('carries IPv4 where IPv6 is switched off, and refuses documents that need it', async () => {
    const network = await TrialNetwork.create();
    const policies: Policy[] = [
      { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } },
    ];
    const keys: Record<string, string>[] = [];
    try {
      for (const index of [0, 1] as const) {
        const edge = network.edges[index];
        await edge.run('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
        await edge.apply(trialDocument(index, { policies, ipv4Only: true }), trialDecisions(index, { 1: [0] }));
        keys.push(await edge.tunnelKeys());
      }
      for (const index of [0, 1] as const) {
        const document = trialDocument(index, { policies, ipv4Only: true, peerKeys: keys[1 - index]! });
        await network.edges[index].apply(document, trialDecisions(index, { 1: [0] }));
        expect((await network.edges[index].apply(document)).steps).toEqual([]);
      }
      const [first] = network.edges;
      expect(await first.runOnHost('ping', '-n', '-c', '2', '-W', '10', '10.1.0.2')).toContain(' 0% packet loss');
      await expect(first.apply(trialDocument(0, { policies }))).rejects.toThrow('has no IPv6');
    } finally {
      await network.remove();
    }
  });
});
