import {
  hashWithParts,
  type Address,
  type Application,
  type EndpointId,
  type HostSet,
  type PathId,
  type PathOverride,
  type Policy,
  type Prefix,
  type ProbeProfile,
  type QosClass,
  type SiteId,
  type WrittenParts,
} from '@patronus/core';

/**
 * Everything one edge must know to do its work with no controller at hand. Made by the controller from intent, addressed
 * by its content; it holds no secret.
 */
export interface SiteDocument {
  /** Format of this shape; an edge refuses a format it does not know. */
  readonly format: 1;
  /** Hash of everything else, see {@link documentVersion}. */
  readonly version: string;
  readonly site: DocumentSite & { readonly index: number };
  readonly endpoints: readonly LocalEndpoint[];
  readonly tunnels: readonly Tunnel[];
  readonly remoteSites: readonly RemoteSite[];
  readonly paths: readonly DocumentPath[];
  /** In order of evaluation; the last is the default policy and matches everything. */
  readonly policies: readonly Policy[];
  /** Those that policies name; absent for none. */
  readonly hostSets?: readonly HostSet[];
  /** Those that policies name, and the operators' own; absent for none. */
  readonly applications?: readonly Application[];
  /** In order of their numbers; absent where the site shapes no uplink and no class sets DSCP. */
  readonly qosClasses?: readonly QosClass[];
  /** How long the edge waits to hear the controller again after applying, before it restores the previous document. */
  readonly confirmWindowMs: number;
}

/** What every edge knows of a site. */
export interface DocumentSite {
  readonly id: SiteId;
  readonly name: string;
  readonly prefixes: readonly Prefix[];
  /** Absent for none. */
  readonly tags?: readonly string[];
  /** IANA name; absent: UTC. */
  readonly timeZone?: string;
}

export interface LocalEndpoint {
  readonly id: EndpointId;
  readonly slot: number;
  readonly label: string;
  readonly device: string;
  readonly cost: number;
  readonly profile: ProbeProfile;
  /** Present where the packets that leave here queue on the edge, by class. */
  readonly shaping?: LineShaping;
  /** Present where what comes in faster, bit/s, is dropped. */
  readonly policing?: { readonly rateBps: number };
  /** Outer packets of its tunnels carry the code point of the packet inside. */
  readonly copiesDscp?: boolean;
}

/** How fast an uplink may send. */
export interface LineShaping {
  /** Bit/s as bought. */
  readonly rateBps: number;
  /** Lowered while delay under load says that the line carries less. */
  readonly auto: boolean;
}

/** One WireGuard interface: from our endpoint in `localSlot` to the endpoints in `remoteSlot` of every reachable site. */
export interface Tunnel {
  readonly name: string;
  readonly localSlot: number;
  readonly remoteSlot: number;
  readonly listenPort: number;
  readonly probeAddress: Address;
  readonly mtu: number;
  /** Peers whose key the controller knows already. */
  readonly peers: readonly TunnelPeer[];
}

export interface TunnelPeer {
  readonly siteId: SiteId;
  readonly endpointId: EndpointId;
  /** WireGuard public key, base64. */
  readonly publicKey: string;
  /** Null: the peer is behind NAT and calls us. */
  readonly address: Address | null;
  readonly port: number;
  readonly probeAddress: Address;
  /** Seconds between keep-alives; 0 for none. Set where we are behind NAT. */
  readonly keepalive: number;
}

export interface RemoteSite extends DocumentSite {
  readonly index: number;
  /** Its edge passes the first of two copies of a packet and drops the other: packets may be duplicated to it. */
  readonly dropsCopies?: boolean;
}

/** A directed path from one of our endpoints. */
export interface DocumentPath {
  readonly id: PathId;
  readonly localEndpointId: EndpointId;
  readonly remoteEndpointId: EndpointId;
  readonly remoteSiteId: SiteId;
  readonly remoteLabel: string;
  readonly tunnel: string;
  readonly remoteProbeAddress: Address;
  /** The slower of the two endpoints' profiles. */
  readonly profile: ProbeProfile;
  /** Sum of both endpoints' costs. */
  readonly cost: number;
  /** Absent while traffic may use the path. The edge ends it by its own clock, with or without a controller. */
  readonly override?: PathOverride;
}

/** The version of a document: the hash of its content. `parts` is that of `hashWithParts`. */
export function documentVersion(content: Omit<SiteDocument, 'version'>, parts: WrittenParts = new Map()): string {
  const { version: _version, ...rest } = content as SiteDocument;
  return hashWithParts(rest, parts);
}
