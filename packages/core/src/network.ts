import type { EndpointId, SiteId } from './ids.ts';
import type { Address, Prefix } from './prefix.ts';
import type { OuterDscp, Shaping } from './qos.ts';

/** A place with a LAN, and the uplinks it reaches others by. */
export interface Site {
  readonly id: SiteId;
  readonly name: string;
  readonly location: string;
  /** LAN prefixes reached through this site; no two sites may overlap. */
  readonly prefixes: readonly Prefix[];
  /** What policies may know it by beside its name, in small letters. */
  readonly tags: readonly string[];
  /** Where its clocks are, as IANA names it, such as `Europe/Vienna`. */
  readonly timeZone: string;
}

/** How often a path over this endpoint is probed. */
export type ProbeProfile = 'fast' | 'default' | 'metered';
export const probeProfiles: readonly ProbeProfile[] = ['fast', 'default', 'metered'];

/** One WAN uplink of a site. */
export interface Endpoint {
  readonly id: EndpointId;
  readonly siteId: SiteId;
  /** Transport label, such as `mpls`, `broadband`, `lte`. */
  readonly label: string;
  /** Network device on the edge, such as `eth0`. */
  readonly device: string;
  /** Public address where peers reach it; null where it is behind NAT and must call out itself. */
  readonly address: Address | null;
  readonly nat: boolean;
  /** Lower is preferred between otherwise equal paths. */
  readonly cost: number;
  readonly profile: ProbeProfile;
  /** Bandwidth in bit/s as bought; null where not told. */
  readonly upBps: number | null;
  readonly downBps: number | null;
  /** Whether its packets queue on the edge by class; needs `upBps`. */
  readonly shaping: Shaping;
  /** Whether what comes in faster than `downBps` is dropped on the edge. */
  readonly policing: boolean;
  /** What its tunnels' outer packets carry as their code point. */
  readonly outerDscp: OuterDscp;
}
