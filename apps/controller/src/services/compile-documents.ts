import {
  pathId,
  probeAddress,
  tunnelName,
  tunnelPort,
  type Address,
  type EndpointId,
  type Policy,
  type Prefix,
  type ProbeProfile,
  type SiteId,
} from '@patronus/core';
import {
  documentVersion,
  type DocumentPath,
  type LocalEndpoint,
  type RemoteSite,
  type SiteDocument,
  type Tunnel,
  type TunnelPeer,
} from '@patronus/protocol';

/** An endpoint as documents are made from it. */
export interface IntentEndpoint {
  readonly id: EndpointId;
  readonly siteId: SiteId;
  readonly slot: number;
  readonly label: string;
  readonly device: string;
  readonly address: Address | null;
  readonly nat: boolean;
  readonly port: number;
  readonly cost: number;
  readonly profile: ProbeProfile;
}

export interface IntentSite {
  readonly id: SiteId;
  readonly name: string;
  readonly index: number;
  readonly prefixes: readonly Prefix[];
  readonly endpoints: readonly IntentEndpoint[];
  /** Public keys that its edge has told, by tunnel name. */
  readonly tunnelKeys: ReadonlyMap<string, string>;
}

/** Everything that documents are made from. */
export interface Intent {
  readonly sites: readonly IntentSite[];
  /** Directed paths that may exist, source endpoint first. */
  readonly paths: readonly { readonly source: string; readonly destination: string }[];
  /** In order of evaluation, enabled ones only. */
  readonly policies: readonly Policy[];
  readonly overlay: Prefix;
  readonly confirmWindowMs: number;
}

/**
 * The inner MTU of every tunnel: 1,500 less IPv6, UDP and WireGuard headers (80), so that it fits over either family. Larger
 * is cut into fragments on ordinary lines, smaller wastes a share of every packet.
 */
const tunnelMtu = 1420;
/** Seconds between packets that keep a NAT's memory of us alive; common NATs forget UDP after 30 s. */
const natKeepalive = 25;

/** From slow to fast; a path follows the slower of its ends. */
const profileRank: Record<ProbeProfile, number> = { metered: 0, default: 1, fast: 2 };

interface Ends {
  readonly local: IntentEndpoint;
  readonly remote: IntentEndpoint;
  readonly remoteSite: IntentSite;
}

/** One document per site; equal intent gives equal documents. */
export function compileDocuments(intent: Intent): Map<SiteId, SiteDocument> {
  const siteOf = new Map(intent.sites.map((site) => [site.id, site]));
  const endpoints = new Map(intent.sites.flatMap((site) => site.endpoints.map((each) => [each.id as string, each])));
  const bySite = Map.groupBy(
    intent.paths.flatMap(({ source, destination }): Ends[] => {
      const [local, remote] = [endpoints.get(source), endpoints.get(destination)];
      if (local === undefined || remote === undefined) return [];
      return [{ local, remote, remoteSite: siteOf.get(remote.siteId)! }];
    }),
    ({ local }) => local.siteId,
  );
  return new Map(intent.sites.map((site) => [site.id, compileSite(intent, site, bySite.get(site.id) ?? [])]));
}

function compileSite(intent: Intent, site: IntentSite, paths: readonly Ends[]): SiteDocument {
  const content: Omit<SiteDocument, 'version'> = {
    format: 1,
    site: { id: site.id, name: site.name, prefixes: site.prefixes },
    endpoints: site.endpoints.map(localEndpoint),
    tunnels: tunnels(intent, site, paths),
    remoteSites: intent.sites.filter((each) => each.id !== site.id && each.endpoints.length > 0).map(toRemoteSite),
    paths: paths.map((ends) => documentPath(intent, ends)),
    policies: intent.policies,
    confirmWindowMs: intent.confirmWindowMs,
  };
  return { ...content, version: documentVersion(content) };
}

const localEndpoint = ({ id, slot, label, device, cost, profile }: IntentEndpoint): LocalEndpoint => ({
  id,
  slot,
  label,
  device,
  cost,
  profile,
});

function tunnels(intent: Intent, site: IntentSite, paths: readonly Ends[]): Tunnel[] {
  const groups = Map.groupBy(paths, ({ local, remote }) => tunnelName(local.slot, remote.slot));
  return [...groups].map(([name, members]) => {
    const { local, remote } = members[0]!;
    return {
      name,
      localSlot: local.slot,
      remoteSlot: remote.slot,
      listenPort: tunnelPort(local.port, local.slot, remote.slot),
      probeAddress: probeAddress(intent.overlay, site.index, local.slot, remote.slot),
      mtu: tunnelMtu,
      peers: members.flatMap((ends) => tunnelPeer(intent, ends)),
    };
  });
}

function tunnelPeer(intent: Intent, { local, remote, remoteSite }: Ends): TunnelPeer[] {
  const publicKey = remoteSite.tunnelKeys.get(tunnelName(remote.slot, local.slot));
  if (publicKey === undefined) return [];
  return [
    {
      siteId: remoteSite.id,
      endpointId: remote.id,
      publicKey,
      address: remote.nat ? null : remote.address,
      port: tunnelPort(remote.port, remote.slot, local.slot),
      probeAddress: probeAddress(intent.overlay, remoteSite.index, remote.slot, local.slot),
      keepalive: local.nat ? natKeepalive : 0,
    },
  ];
}

/**
 * Sites without a path are told as well: what policies say of them must hold, and traffic to them must not leak out
 * unencrypted.
 */
const toRemoteSite = ({ id, index, name, prefixes }: IntentSite): RemoteSite => ({ id, index, name, prefixes });

const documentPath = (intent: Intent, { local, remote, remoteSite }: Ends): DocumentPath => ({
  id: pathId(local.id, remote.id),
  localEndpointId: local.id,
  remoteEndpointId: remote.id,
  remoteSiteId: remoteSite.id,
  remoteLabel: remote.label,
  tunnel: tunnelName(local.slot, remote.slot),
  remoteProbeAddress: probeAddress(intent.overlay, remoteSite.index, remote.slot, local.slot),
  profile: profileRank[local.profile] <= profileRank[remote.profile] ? local.profile : remote.profile,
  cost: local.cost + remote.cost,
});
