import { expect, it } from 'vitest';
import type { TunnelPeer } from '@patronus/protocol';
import { siteDocument } from '@patronus/testkit';
import { planProbes } from './probe-plan.ts';

const document = siteDocument();

/** The document with every peer changed; null takes the peer away. */
function withPeers(change: (peer: TunnelPeer) => TunnelPeer | null): ReturnType<typeof planProbes> {
  const tunnels = document.tunnels.map((tunnel) => ({
    ...tunnel,
    peers: tunnel.peers.flatMap((peer) => change(peer) ?? []),
  }));
  return planProbes(siteDocument({ tunnels }));
}

it('leaves out a path whose far end has not said its key', () => {
  const plan = withPeers((peer) => (peer.endpointId === document.paths[0]!.remoteEndpointId ? null : peer));
  expect(plan.paths.map((path) => path.id)).not.toContain(document.paths[0]!.id);
  expect(plan.steering.paths).toHaveLength(plan.paths.length);
  expect(plan.paths.length).toBeGreaterThan(0);
});

it('lets one end of a tunnel call first, and the other not', () => {
  for (const path of document.paths) {
    const local = planProbes(document).paths.find((each) => each.id === path.id)!;
    expect(local.callsFirst).toBe(path.localEndpointId < path.remoteEndpointId);
  }
});

it('lets the end behind NAT call first, as the other cannot', () => {
  for (const path of withPeers((peer) => ({ ...peer, keepalive: 25 })).paths) expect(path.callsFirst).toBe(true);
  for (const path of withPeers((peer) => ({ ...peer, address: null })).paths) expect(path.callsFirst).toBe(false);
});
