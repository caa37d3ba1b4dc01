import {
  groupNextHop,
  PatronusError,
  tunnelNextHop,
  type Address,
  type PathId,
  type PathOverride,
  type ProbeProfile,
  type SiteId,
} from '@patronus/core';
import { ipv4ToNumber } from '@patronus/linux';
import { planSteering, type SteeringPlan } from '@patronus/policy';
import type { DocumentPath, SiteDocument, TunnelPeer } from '@patronus/protocol';

/** A path as the prober and the switch need it. Addresses are 32-bit numbers. */
export interface PlannedPath {
  readonly id: PathId;
  readonly profile: ProbeProfile;
  readonly localAddress: number;
  readonly remoteAddress: number;
  /** The next-hop object of its tunnel. */
  readonly nextHop: number;
  readonly tunnel: string;
  /** The uplink's device. */
  readonly device: string;
  readonly localLabel: string;
  readonly remoteLabel: string;
  readonly siteId: SiteId;
  readonly siteName: string;
  /** Of the two ends of a fresh tunnel, the one whose first packet opens it; the other waits a little. */
  readonly callsFirst: boolean;
  /** By which traffic is to keep off it, until it ends. */
  readonly override: PathOverride | null;
}

/** Somebody whose probes we answer: its address, and ours that it must write to. */
export interface ReflectorPeer {
  readonly remoteAddress: number;
  readonly localAddress: number;
}

/** A tunnel to one far end, as its packets are known at the uplink. */
export interface PlannedFlow extends ReflectorPeer {
  readonly tunnel: string;
  /** By which the tunnel's device tells where the far end calls from. */
  readonly publicKey: string;
  readonly localPort: number;
  /** The far end's own address and port; null where it calls us. */
  readonly far: { readonly address: number; readonly port: number } | null;
}

/** What of a site document concerns probing and steering. `paths` has the order of `steering.paths`. */
export interface ProbePlan {
  readonly paths: readonly PlannedPath[];
  readonly steering: SteeringPlan;
  readonly siteNames: ReadonlyMap<SiteId, string>;
  readonly siteIndexes: ReadonlyMap<SiteId, number>;
  readonly peers: readonly ReflectorPeer[];
  readonly flows: readonly PlannedFlow[];
  /** Devices of the uplinks. */
  readonly devices: readonly string[];
}

/**
 * Lays out a document. A path whose far end has not said its key yet is left out: nothing could pass it. Throws
 * `invalid_input` where a path names an endpoint, tunnel or site that the document lacks. `canCopy`: whether the kernel duplicates.
 */
export function planProbes(document: SiteDocument, canCopy = true): ProbePlan {
  const planned = document.paths.flatMap((path) => {
    const probed = planPath(document, path);
    return probed === null ? [] : [{ path, probed }];
  });
  const paths = planned.map(({ probed }) => probed);
  return {
    paths,
    steering: planSteering({
      policies: document.policies,
      sites: document.remoteSites.map((site) => site.id),
      copyRefusals: copyRefusals(document, canCopy),
      paths: planned.map(({ path, probed }) => ({
        pathId: path.id,
        remoteSiteId: path.remoteSiteId,
        localLabel: probed.localLabel,
        remoteLabel: path.remoteLabel,
        localEnd: path.localEndpointId,
        remoteEnd: path.remoteEndpointId,
        cost: path.cost,
        profile: path.profile,
      })),
    }),
    siteNames: new Map(document.remoteSites.map((site) => [site.id, site.name])),
    siteIndexes: new Map(document.remoteSites.map((site) => [site.id, site.index])),
    peers: planPeers(document, paths),
    flows: planFlows(document),
    devices: document.endpoints.map((endpoint) => endpoint.device),
  };
}

/** Why packets to a site are not duplicated, whatever policies say. */
const copyRefusals = (document: SiteDocument, canCopy: boolean): Map<SiteId, string> =>
  new Map(
    document.remoteSites.flatMap(({ id, name, dropsCopies }): [SiteId, string][] => {
      if (!canCopy) return [[id, 'this edge cannot; "patronus edge status" says why']];
      return dropsCopies === true ? [] : [[id, `the edge of ${name} does not say that it drops second copies`]];
    }),
  );

const planFlows = (document: SiteDocument): PlannedFlow[] =>
  document.tunnels.flatMap(({ name, listenPort, probeAddress, peers }) =>
    peers.map((peer) => ({
      tunnel: name,
      publicKey: peer.publicKey,
      localAddress: ipv4ToNumber(probeAddress),
      remoteAddress: ipv4ToNumber(peer.probeAddress),
      localPort: listenPort,
      far: peer.address === null ? null : { address: ipv4ToNumber(peer.address), port: peer.port },
    })),
  );

function planPath(document: SiteDocument, path: DocumentPath): PlannedPath | null {
  const endpoint = document.endpoints.find((each) => each.id === path.localEndpointId);
  const tunnel = document.tunnels.find((each) => each.name === path.tunnel);
  const site = document.remoteSites.find((each) => each.id === path.remoteSiteId);
  if (endpoint === undefined || tunnel === undefined || site === undefined) {
    throw new PatronusError(
      'invalid_input',
      `path ${path.id} names an endpoint, a tunnel or a site that the document does not have; compile it anew`,
      { facts: { path } },
    );
  }
  const peer = tunnel.peers.find((each) => each.endpointId === path.remoteEndpointId);
  if (peer === undefined) return null;
  return {
    id: path.id,
    profile: path.profile,
    localAddress: ipv4ToNumber(tunnel.probeAddress),
    remoteAddress: ipv4ToNumber(path.remoteProbeAddress),
    nextHop: tunnelNextHop(tunnel.localSlot, tunnel.remoteSlot),
    tunnel: tunnel.name,
    device: endpoint.device,
    localLabel: endpoint.label,
    remoteLabel: path.remoteLabel,
    siteId: site.id,
    siteName: site.name,
    callsFirst: callsFirst(path, peer),
    override: path.override ?? null,
  };
}

/**
 * The end behind NAT, as nobody else can, or else the one whose endpoint id sorts first. Two WireGuard ends that open a
 * session within one round trip refuse each other's handshake, and probes at equal intervals repeat that every 5 s.
 */
const callsFirst = (path: DocumentPath, peer: TunnelPeer): boolean =>
  peer.address !== null && (peer.keepalive > 0 || path.localEndpointId < path.remoteEndpointId);

function planPeers(document: SiteDocument, paths: readonly PlannedPath[]): ReflectorPeer[] {
  const pair = (local: Address, remote: Address): ReflectorPeer => ({
    localAddress: ipv4ToNumber(local),
    remoteAddress: ipv4ToNumber(remote),
  });
  const peers = document.tunnels.flatMap((tunnel) =>
    tunnel.peers.map((peer) => pair(tunnel.probeAddress, peer.probeAddress)),
  );
  return [...paths.map(({ localAddress, remoteAddress }) => ({ localAddress, remoteAddress })), ...peers];
}

/** The next-hop group that carries a policy's class to a site. */
export function groupOf(plan: ProbePlan, forwardingClass: number, siteId: SiteId): number {
  return groupNextHop(forwardingClass, plan.siteIndexes.get(siteId)!);
}
