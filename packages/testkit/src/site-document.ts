import {
  defaultBasePort,
  defaultOverlay,
  pathId,
  prefix,
  probeAddress,
  tunnelName,
  tunnelPort,
  type Address,
  type EndpointId,
  type PathId,
  type Policy,
  type SiteId,
} from '@patronus/core';
import { documentVersion, type SiteDocument } from '@patronus/protocol';

const uuid = (kind: number, number: number): string =>
  `0000000${kind}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

export const siteIdAt = (index: number): SiteId => uuid(1, index) as SiteId;
export const endpointIdAt = (site: number, slot: number): EndpointId => uuid(2, site * 16 + slot) as EndpointId;
export const pathIdBetween = (from: EndpointId, to: EndpointId): PathId => pathId(from, to);

export const defaultPolicy: Policy = {
  id: 1,
  class: 1,
  priority: 0,
  name: 'default',
  match: {},
  action: { type: 'steer' },
};

/**
 * The document of site 0, with endpoints `mpls` and `broadband` on eth0 and eth1, a tunnel for each pair of slots and
 * one remote site of the same form, index 1. Fields given replace those made; the version always fits the content.
 */
export function siteDocument(fields: Partial<Omit<SiteDocument, 'version'>> = {}): SiteDocument {
  const content = { ...madeDocument(), ...fields };
  return { ...content, version: documentVersion(content) };
}

const slots = [0, 1];
const labels = ['mpls', 'broadband'];

function madeDocument(): Omit<SiteDocument, 'version'> {
  const pairs = slots.flatMap((local) => slots.map((remote) => ({ local, remote })));
  return {
    format: 1,
    site: { id: siteIdAt(0), index: 0, name: 'hq', prefixes: [prefix('10.0.0.0/24')] },
    endpoints: slots.map((slot) => ({
      id: endpointIdAt(0, slot),
      slot,
      label: labels[slot]!,
      device: `eth${slot}`,
      cost: 10,
      profile: 'default',
    })),
    tunnels: pairs.map(({ local, remote }) => ({
      name: tunnelName(local, remote),
      localSlot: local,
      remoteSlot: remote,
      listenPort: tunnelPort(defaultBasePort, local, remote),
      probeAddress: probeAddress(defaultOverlay, 0, local, remote),
      mtu: 1420,
      peers: [
        {
          siteId: siteIdAt(1),
          endpointId: endpointIdAt(1, remote),
          publicKey: Buffer.alloc(32, remote * 16 + local + 1).toString('base64'),
          address: `198.51.100.${remote + 1}` as Address,
          port: tunnelPort(defaultBasePort, remote, local),
          probeAddress: probeAddress(defaultOverlay, 1, remote, local),
          keepalive: 0,
        },
      ],
    })),
    remoteSites: [{ id: siteIdAt(1), index: 1, name: 'branch', prefixes: [prefix('10.1.0.0/24')] }],
    paths: pairs.map(({ local, remote }) => ({
      id: pathIdBetween(endpointIdAt(0, local), endpointIdAt(1, remote)),
      localEndpointId: endpointIdAt(0, local),
      remoteEndpointId: endpointIdAt(1, remote),
      remoteSiteId: siteIdAt(1),
      remoteLabel: labels[remote]!,
      tunnel: tunnelName(local, remote),
      remoteProbeAddress: probeAddress(defaultOverlay, 1, remote, local),
      profile: 'default',
      cost: 20,
    })),
    policies: [defaultPolicy],
    confirmWindowMs: 30_000,
  };
}
