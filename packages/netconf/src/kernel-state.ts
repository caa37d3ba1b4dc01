import type { Address, DomainPattern, Prefix, QosClass } from '@patronus/core';
import type { CopyCounts } from '@patronus/protocol';
import type { Feature } from './feature.ts';

export type Family = 'inet' | 'inet6';

/**
 * Everything of ours in one kernel: what a document asks for, and what is read back. All lists are free of order; two
 * states are equal when they hold the same things.
 */
export interface KernelState {
  readonly tunnels: readonly TunnelState[];
  readonly nextHops: readonly NextHop[];
  readonly groups: readonly NextHopGroup[];
  readonly routes: readonly Route[];
  readonly rules: readonly RoutingRule[];
  readonly ruleset: Ruleset | null;
  /** eBPF programs at traffic control. */
  readonly programs: readonly AttachedProgram[];
  /** What those that duplicate packets know; null without them. */
  readonly duplication: DuplicationState | null;
  readonly shapers: readonly Shaper[];
  /** By path below /proc/sys, such as `net/ipv4/ip_forward`. */
  readonly sysctls: Readonly<Record<string, string>>;
}

/** One WireGuard interface. It names its key by the public half; the private one never leaves the key file. */
export interface TunnelState {
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly listenPort: number;
  readonly fwmark: number;
  readonly publicKey: string;
  readonly addresses: readonly Address[];
  readonly peers: readonly TunnelPeerState[];
}

export interface TunnelPeerState {
  readonly publicKey: string;
  /** Null where the peer calls us. */
  readonly endpoint: { readonly address: Address; readonly port: number } | null;
  readonly allowedIps: readonly Prefix[];
  /** Seconds; 0 for none. */
  readonly keepalive: number;
}

/** A next-hop object: out of a device, or nowhere when the device is null. */
export interface NextHop {
  readonly id: number;
  readonly device: string | null;
}

export interface NextHopGroup {
  readonly id: number;
  readonly members: readonly GroupMember[];
}

export interface GroupMember {
  readonly nextHop: number;
  /** 1–256, the kernel's bounds. */
  readonly weight: number;
}

/** A route is told from others by family, table, destination and metric. */
export interface Route {
  readonly family: Family;
  readonly table: number;
  readonly destination: Prefix | 'default';
  /** 0 is none; the kernel itself reads an IPv6 route without one as 1024. */
  readonly metric: number;
  readonly target: RouteTarget;
  /** Source address that the edge's own packets take on this route. */
  readonly source: Address | null;
  /** The largest packet, octets, where that is less than what the device takes. */
  readonly mtu?: number;
}

export type RouteTarget =
  | { readonly type: 'next_hop'; readonly id: number }
  | { readonly type: 'device'; readonly device: string; readonly gateway: Address | null }
  | { readonly type: 'unreachable' };

export interface RoutingRule {
  readonly family: Family;
  readonly priority: number;
  readonly fwmark: { readonly value: number; readonly mask: number } | null;
  readonly from: Address | null;
  readonly to: Prefix | null;
  readonly table: number;
  /** Routes with a prefix this short or shorter are passed over; null: none are. */
  readonly suppressPrefixLength: number | null;
  /** Absent: looks the packet up in `table`. Otherwise `table` means nothing. */
  readonly action?: RuleAction;
}

/** On with the rules of a priority further down; or nothing, as a place to go to. */
export type RuleAction = { readonly goto: number } | 'nop';

/** A program of ours, and where it sees packets. A place holds one program. */
export interface AttachedProgram {
  readonly device: string;
  readonly hook: 'ingress' | 'egress';
  /** Of its filter: those with lower numbers come first. */
  readonly priority: number;
  /** Its name, which begins with `pt_`. */
  readonly program: string;
}

export interface ObservedProgram extends AttachedProgram {
  /** It is that of another version of ours. */
  readonly isOutdated?: boolean;
}

/** Lists are sorted. */
export interface DuplicationState {
  /** Ours; stamps carry it. */
  readonly siteIndex: number;
  /** Classes whose packets are duplicated. */
  readonly classes: readonly number[];
  /** Where packets may be duplicated to. */
  readonly sites: readonly { readonly prefix: Prefix; readonly index: number }[];
}

/** The nft table `inet patronus`, to be written by `nftTransaction`. */
export interface Ruleset {
  /** Hash of everything but generation and epoch. */
  readonly hash: string;
  /** 1–255: which policies chose the class that a flow's ct mark holds. */
  readonly generation: number;
  /** Given to counters that do not exist yet: names the moment at which they start at zero. */
  readonly countingEpoch: string;
  readonly counters: readonly string[];
  /** What is in it that not every kernel has; where it refuses the ruleset, it gets one without the first of these. */
  readonly features: readonly Feature[];
  readonly sets: readonly PrefixSet[];
  readonly nameSets: readonly NameSet[];
  /** What those of the sets above begin with that do not stand yet. */
  readonly learned: readonly LearnedName[];
  /** In the order of definition: what a chain refers to comes before it. */
  readonly parts: readonly (Chain | VerdictMap)[];
}

/** An address that is known by a name, for so long, s. */
export interface LearnedName {
  readonly address: Address;
  readonly name: string;
  readonly ttlSec: number;
}

/** Addresses of one family that are known by names that the patterns mean; they are learned, and go when their time is over. */
export interface NameSet {
  readonly name: string;
  readonly family: Family;
  readonly patterns: readonly DomainPattern[];
}

/** Disjoint prefixes of one family, sorted. */
export interface PrefixSet {
  readonly name: string;
  readonly family: Family;
  readonly elements: readonly Prefix[];
}

export interface Chain {
  readonly type: 'chain';
  readonly name: string;
  /** `type … hook … priority …;` of a base chain; null for one that is jumped to. */
  readonly hook: string | null;
  readonly rules: readonly string[];
}

/** From a mark, an address or a port to where the packet goes on. */
export interface VerdictMap {
  readonly type: 'map';
  readonly name: string;
  /** What is looked up, in nft syntax: `typeof ct mark`, `type ipv4_addr`. */
  readonly key: string;
  /** Set where elements are ranges; such a map is named after its content, so that one of the same name is the same. */
  readonly flags?: 'interval';
  readonly elements: readonly string[];
}

/** What the kernel shows again of a ruleset: enough to see that it is the wanted one and that nobody touched it. */
export interface RulesetShape {
  readonly hash: string;
  readonly generation: number;
  /** Rules in each chain. */
  readonly chains: Readonly<Record<string, number>>;
  /** Sorted elements of each set. */
  readonly sets: Readonly<Record<string, readonly string[]>>;
  /** Number of elements of each map. */
  readonly maps: Readonly<Record<string, number>>;
  readonly counters: readonly string[];
  /** Names of the sets of learned addresses; what they hold changes by itself. */
  readonly nameSets: readonly string[];
}

/**
 * A device that packets of one uplink queue in: what leaves by it, tunnelled or not, shared out by class; or what comes in by
 * it, held to a rate.
 */
export interface Shaper {
  readonly name: string;
  readonly direction: 'out' | 'in';
  /** Hash of everything but the rate, which may change while the line is in use. */
  readonly hash: string;
  /** Names the moment at which its counters start at zero, where it does not exist yet. */
  readonly countingEpoch: string;
  /** What the queues may send together, bit/s, as the line counts. */
  readonly rateBps: number;
  /** Octets that the line carries for each packet beside those that the queues see. */
  readonly overheadBytes: number;
  /** Empty for what comes in. */
  readonly classes: readonly Pick<
    QosClass,
    'number' | 'guaranteePercent' | 'ceilingPercent' | 'priority' | 'isDefault'
  >[];
  /** Devices whose packets it takes. */
  readonly redirects: readonly ShaperSource[];
}

export interface ShaperSource {
  readonly device: string;
  /** Of an uplink, what is encrypted has queued already and passes. */
  readonly kind: 'tunnel' | 'uplink';
}

/** What the kernel shows again of a shaper. */
export interface ObservedShaper {
  readonly name: string;
  readonly hash: string;
  readonly epoch: string;
  /** Classes that have a queue; 1 where what comes in has one. */
  readonly queues: number;
  /** Devices whose packets it takes. */
  readonly redirects: readonly string[];
}

/** What one queue of a shaper has done. */
export interface ObservedQueue {
  readonly shaper: string;
  /** That of the class. */
  readonly number: number;
  /** `cake`, `fq_codel` or `fifo`. */
  readonly kind: string;
  readonly packets: number;
  readonly bytes: number;
  readonly drops: number;
  readonly backlogBytes: number;
  /** As the queue measures it, ms; null where it does not. */
  readonly delayMs: number | null;
}

/** What a kernel answers when asked for its state, and what it holds that is not ours but matters to us. */
export interface ObservedState extends Omit<KernelState, 'ruleset' | 'programs' | 'shapers'> {
  readonly ruleset: RulesetShape | null;
  readonly programs: readonly ObservedProgram[];
  readonly shapers: readonly ObservedShaper[];
  readonly counters: readonly ObservedCounter[];
  /** Interfaces with a name of ours that are no working tunnel: to be removed before they can be made anew. */
  readonly brokenTunnels: readonly string[];
  readonly links: readonly ObservedLink[];
  /** Of the main table's default routes; the best of each device and family. */
  readonly gateways: readonly { readonly device: string; readonly address: Address }[];
  readonly ipv6: boolean;
}

/** A network device, ours or not. */
export interface ObservedLink {
  readonly name: string;
  /** Administratively up. */
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  readonly addresses: readonly { readonly address: Address; readonly prefixLength: number }[];
}

export interface ObservedCounter {
  readonly policyId: number;
  /** Names the moment at which this counter started at zero. */
  readonly epoch: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Octets through a tunnel to one peer, since the peer was added. */
export interface ObservedTraffic {
  readonly tunnel: string;
  readonly publicKey: string;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Where packets of a peer came from last, after whatever translates addresses on the way. */
export interface ObservedFarEnd {
  readonly tunnel: string;
  readonly publicKey: string;
  readonly address: Address;
  readonly port: number;
}

/** As `PathCopies`, of what goes to and comes from the site with this index by this tunnel. */
export interface ObservedCopies extends CopyCounts {
  readonly tunnel: string;
  readonly siteIndex: number;
  readonly epoch: string;
}

/** A kernel that holds nothing of ours. */
export const emptyKernelState: KernelState & { readonly shapers: readonly never[] } = {
  tunnels: [],
  nextHops: [],
  groups: [],
  routes: [],
  rules: [],
  ruleset: null,
  programs: [],
  duplication: null,
  shapers: [],
  sysctls: {},
};

/** The routing table that `ip` calls `main`. */
export const mainTable = 254;
