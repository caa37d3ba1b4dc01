import {
  canonicalJson,
  probeAddress,
  tunnelName,
  tunnelPort,
  type Address,
  type Application,
  type EndpointId,
  type HostSet,
  type OuterDscp,
  type PathId,
  type PathOverride,
  type Policy,
  type Prefix,
  type ProbeProfile,
  type QosClass,
  type Shaping,
  type SiteId,
  type WrittenParts,
} from '@patronus/core';
import {
  documentVersion,
  type DocumentPath,
  type DocumentSite,
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
  readonly upBps: number | null;
  readonly downBps: number | null;
  readonly shaping: Shaping;
  readonly policing: boolean;
  readonly outerDscp: OuterDscp;
}

export interface IntentSite {
  readonly id: SiteId;
  readonly name: string;
  readonly index: number;
  readonly prefixes: readonly Prefix[];
  readonly tags: readonly string[];
  readonly timeZone: string;
  readonly endpoints: readonly IntentEndpoint[];
  /** Public keys that its edge has told, by tunnel name. */
  readonly tunnelKeys: ReadonlyMap<string, string>;
  /** Its edge said that it drops second copies of duplicated packets. */
  readonly dropsCopies: boolean;
}

/** Everything that documents are made from. */
export interface Intent {
  readonly sites: readonly IntentSite[];
  /** Directed paths that may exist, by the ids of their endpoints. */
  readonly paths: readonly { readonly id: PathId; readonly source: string; readonly destination: string }[];
  /** By the ids of paths. */
  readonly overrides: ReadonlyMap<string, PathOverride>;
  /** In order of evaluation, enabled ones only. */
  readonly policies: readonly Policy[];
  /** Those that policies name. */
  readonly hostSets: readonly HostSet[];
  /** Those that policies name, and the operators' own. */
  readonly applications: readonly Application[];
  /** In order of their numbers. */
  readonly qosClasses: readonly QosClass[];
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
  readonly id: PathId;
  readonly local: IntentEndpoint;
  readonly remote: IntentEndpoint;
  readonly remoteSite: IntentSite;
}

/**
 * One document per site; equal intent gives equal documents, whatever the order it is told in. They come one at a time, so
 * that whoever makes hundreds can do other work between.
 */
export function* compileDocuments(intent: Intent): Generator<SiteDocument> {
  const sites = intent.sites.toSorted((a, b) => a.index - b.index);
  const pathsOf = pathsBySite(sites, intent);
  const remotes = sites.filter((site) => site.endpoints.length > 0).map(remoteSite);
  const shared = [intent.policies, intent.hostSets, intent.applications, ...remotes];
  const written = new Map<object, string>(shared.map((part) => [part, canonicalJson(part)]));
  for (const site of sites) yield compileSite(intent, site, pathsOf.get(site.id) ?? [], remotes, written);
}

/** Paths from each site, in the order of remote sites and slots. */
function pathsBySite(sites: readonly IntentSite[], intent: Intent): Map<SiteId, Ends[]> {
  const siteOf = new Map(sites.map((site) => [site.id, site]));
  const endpoints = new Map(sites.flatMap((site) => site.endpoints.map((each) => [each.id as string, each])));
  const ends = intent.paths.flatMap(({ id, source, destination }): Ends[] => {
    const [local, remote] = [endpoints.get(source), endpoints.get(destination)];
    if (local === undefined || remote === undefined) return [];
    return [{ id, local, remote, remoteSite: siteOf.get(remote.siteId)! }];
  });
  const groups = Map.groupBy(ends, ({ local }) => local.siteId);
  for (const group of groups.values()) group.sort(byPlace);
  return groups;
}

const byPlace = (a: Ends, b: Ends): number =>
  a.remoteSite.index - b.remoteSite.index || a.local.slot - b.local.slot || a.remote.slot - b.remote.slot;

function compileSite(
  intent: Intent,
  site: IntentSite,
  paths: readonly Ends[],
  remotes: readonly RemoteSite[],
  written: WrittenParts,
): SiteDocument {
  const content: Omit<SiteDocument, 'version'> = {
    format: 1,
    site: { ...documentSite(site), index: site.index },
    endpoints: site.endpoints.map(localEndpoint),
    tunnels: tunnels(intent, site, paths),
    // Sites without a path are told as well: what policies say of them must hold, and traffic to them must not leak out.
    remoteSites: remotes.filter(({ id }) => id !== site.id),
    paths: paths.map((ends) => documentPath(intent, ends)),
    policies: intent.policies,
    ...(intent.hostSets.length === 0 ? {} : { hostSets: intent.hostSets }),
    ...(intent.applications.length === 0 ? {} : { applications: intent.applications }),
    ...qosOf(intent, site),
    confirmWindowMs: intent.confirmWindowMs,
  };
  return { ...content, version: documentVersion(content, written) };
}

const localEndpoint = (endpoint: IntentEndpoint): LocalEndpoint => {
  const { id, slot, label, device, cost, profile, shaping, policing, outerDscp, upBps, downBps } = endpoint;
  return {
    id,
    slot,
    label,
    device,
    cost,
    profile,
    ...(shaping === 'off' || upBps === null ? {} : { shaping: { rateBps: upBps, auto: shaping === 'auto' } }),
    ...(policing && downBps !== null ? { policing: { rateBps: downBps } } : {}),
    ...(outerDscp === 'copy' ? { copiesDscp: true } : {}),
  };
};

/** An edge that has nothing to queue and nothing to mark need not know of classes. */
function qosOf({ qosClasses }: Intent, { endpoints }: IntentSite): Pick<SiteDocument, 'qosClasses'> {
  const isNeeded =
    endpoints.some(({ shaping }) => shaping !== 'off') || qosClasses.some(({ setDscp }) => setDscp !== null);
  return isNeeded && qosClasses.length > 0 ? { qosClasses } : {};
}

const documentSite = ({ id, name, prefixes, tags, timeZone }: IntentSite): DocumentSite => ({
  id,
  name,
  prefixes,
  ...(tags.length === 0 ? {} : { tags }),
  ...(timeZone === 'UTC' ? {} : { timeZone }),
});

const remoteSite = (site: IntentSite): RemoteSite => ({
  ...documentSite(site),
  index: site.index,
  ...(site.dropsCopies ? { dropsCopies: true } : {}),
});

function tunnels(intent: Intent, site: IntentSite, paths: readonly Ends[]): Tunnel[] {
  const groups = Map.groupBy(paths, ({ local, remote }) => tunnelName(local.slot, remote.slot));
  const made = [...groups].map(([name, members]) => {
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
  return made.toSorted((a, b) => a.localSlot - b.localSlot || a.remoteSlot - b.remoteSlot);
}

function tunnelPeer(intent: Intent, { local, remote, remoteSite: site }: Ends): TunnelPeer[] {
  const publicKey = site.tunnelKeys.get(tunnelName(remote.slot, local.slot));
  if (publicKey === undefined) return [];
  return [
    {
      siteId: site.id,
      endpointId: remote.id,
      publicKey,
      address: remote.nat ? null : remote.address,
      port: tunnelPort(remote.port, remote.slot, local.slot),
      probeAddress: probeAddress(intent.overlay, site.index, remote.slot, local.slot),
      keepalive: local.nat ? natKeepalive : 0,
    },
  ];
}

function documentPath(intent: Intent, { id, local, remote, remoteSite: site }: Ends): DocumentPath {
  const override = intent.overrides.get(id);
  return {
    id,
    localEndpointId: local.id,
    remoteEndpointId: remote.id,
    remoteSiteId: site.id,
    remoteLabel: remote.label,
    tunnel: tunnelName(local.slot, remote.slot),
    remoteProbeAddress: probeAddress(intent.overlay, site.index, remote.slot, local.slot),
    profile: profileRank[local.profile] <= profileRank[remote.profile] ? local.profile : remote.profile,
    cost: local.cost + remote.cost,
    ...(override === undefined ? {} : { override }),
  };
}
