import {
  blackholeNextHop,
  defaultOverlay,
  groupNextHop,
  pathId,
  prefix,
  probeAddress,
  tunnelName,
  tunnelNextHop,
  type Address,
  type EndpointId,
  type Policy,
  type SiteId,
} from '@patronus/core';
import { documentVersion, type SiteDocument } from '@patronus/protocol';

/** The sites of the probe-load bench: the edge with four endpoints, and 25 sites with four each. */
const sites = 25;
const slots = [0, 1, 2, 3];
export const pathCount = sites * slots.length * slots.length;
const policies: readonly Policy[] = [3, 2, 1].map((number) => ({
  id: number,
  class: number,
  priority: number,
  name: `policy ${number}`,
  match: {},
  action: { type: 'steer', sla: { maxDelayMs: 100 * number, maxLossPercent: number } },
}));

const siteId = (index: number): SiteId => `site ${index}` as SiteId;
const endpointId = (site: number, slot: number): EndpointId => `endpoint ${site}.${slot}` as EndpointId;
const pairs = slots.flatMap((near) => slots.map((far) => ({ near, far })));
const siteIndexes = Array.from({ length: sites }, (_, index) => index + 1);
const nearAddress = (near: number, far: number): Address => probeAddress(defaultOverlay, 0, near, far);
const farAddress = (site: number, far: number, near: number): Address => probeAddress(defaultOverlay, site, far, near);
export const nearAddresses = (): Address[] => pairs.map(({ near, far }) => nearAddress(near, far));
export const farAddresses = (): Address[] =>
  siteIndexes.flatMap((site) => pairs.map(({ near, far }) => farAddress(site, far, near)));

/** Commands of `ip` for the next-hop objects that the edge's reconciler would have made. */
export function nextHops(): string[] {
  const tunnels = pairs.map(({ near, far }) => `nexthop add id ${tunnelNextHop(near, far)} dev line`);
  const groups = policies.flatMap((policy) =>
    siteIndexes.map((site) => `nexthop add id ${groupNextHop(policy.class, site)} group ${blackholeNextHop}`),
  );
  return [...tunnels, `nexthop add id ${blackholeNextHop} blackhole`, ...groups];
}

const endpoint = (site: number, slot: number): SiteDocument['endpoints'][number] => ({
  id: endpointId(site, slot),
  slot,
  label: `label ${slot}`,
  device: 'line',
  cost: 10,
  profile: 'default',
});

const tunnel = (near: number, far: number, name: string, address: Address): SiteDocument['tunnels'][number] => ({
  name,
  localSlot: near,
  remoteSlot: far,
  listenPort: 0,
  probeAddress: address,
  mtu: 1420,
  peers: [],
});

export function nearDocument(): SiteDocument {
  return finish({
    site: { id: siteId(0), index: 0, name: 'near', prefixes: [] },
    endpoints: slots.map((slot) => endpoint(0, slot)),
    tunnels: pairs.map(({ near, far }) => tunnel(near, far, tunnelName(near, far), nearAddress(near, far))),
    remoteSites: siteIndexes.map((index) => ({
      id: siteId(index),
      index,
      name: `far ${index}`,
      prefixes: [prefix(`10.${index}.0.0/16`)],
    })),
    paths: siteIndexes.flatMap((site) =>
      pairs.map(({ near, far }) =>
        pathBetween([0, near], [site, far], tunnelName(near, far), farAddress(site, far, near)),
      ),
    ),
    policies,
  });
}

/** All far sites in one document, which no controller would make: one tunnel per path, so that each has its own address. */
export function farDocument(): SiteDocument {
  const all = siteIndexes.flatMap((site) => pairs.map((pair) => ({ site, ...pair })));
  const name = (site: number, near: number, far: number): string => `${site}.${near}.${far}`;
  return finish({
    site: { id: siteId(1), index: 1, name: 'far', prefixes: [] },
    endpoints: siteIndexes.flatMap((site) => slots.map((slot) => endpoint(site, slot))),
    tunnels: all.map(({ site, near, far }) => tunnel(far, near, name(site, near, far), farAddress(site, far, near))),
    remoteSites: [{ id: siteId(0), index: 0, name: 'near', prefixes: [] }],
    paths: all.map(({ site, near, far }) =>
      pathBetween([site, far], [0, near], name(site, near, far), nearAddress(near, far)),
    ),
    policies: [],
  });
}

function pathBetween(
  [site, slot]: readonly [number, number],
  [remoteSite, remoteSlot]: readonly [number, number],
  tunnelOf: string,
  remoteProbeAddress: Address,
): SiteDocument['paths'][number] {
  const [localEndpointId, remoteEndpointId] = [endpointId(site, slot), endpointId(remoteSite, remoteSlot)];
  return {
    id: pathId(localEndpointId, remoteEndpointId),
    localEndpointId,
    remoteEndpointId,
    remoteSiteId: siteId(remoteSite),
    remoteLabel: `label ${remoteSlot}`,
    tunnel: tunnelOf,
    remoteProbeAddress,
    profile: 'default',
    cost: 20,
  };
}

/** Every path's far end becomes a peer of its tunnel. */
function finish(content: Omit<SiteDocument, 'version' | 'format' | 'confirmWindowMs'>): SiteDocument {
  const tunnels = content.tunnels.map((each) => ({
    ...each,
    peers: content.paths.filter((path) => path.tunnel === each.name).map(peerOf),
  }));
  const whole = { format: 1 as const, confirmWindowMs: 30_000, ...content, tunnels };
  return { ...whole, version: documentVersion(whole) };
}

const peerOf = (path: SiteDocument['paths'][number]): SiteDocument['tunnels'][number]['peers'][number] => ({
  siteId: path.remoteSiteId,
  endpointId: path.remoteEndpointId,
  publicKey: '',
  address: '192.0.2.2' as Address,
  port: 0,
  probeAddress: path.remoteProbeAddress,
  keepalive: 0,
});
