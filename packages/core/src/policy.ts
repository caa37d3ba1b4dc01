import type { SiteId } from './ids.ts';
import type { Prefix } from './prefix.ts';

export type IpProtocol = 'tcp' | 'udp' | 'icmp' | 'sctp' | 'gre' | 'esp';
export const ipProtocols: readonly IpProtocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp'];

/** Ports `from` to `to`, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Every condition that is present must hold; within one, any of its values. Absent or empty means any. */
export interface MatchClause {
  readonly sourceSites?: readonly SiteId[];
  readonly destinationSites?: readonly SiteId[];
  readonly sourcePrefixes?: readonly Prefix[];
  readonly destinationPrefixes?: readonly Prefix[];
  readonly protocol?: IpProtocol;
  readonly sourcePorts?: readonly PortRange[];
  readonly destinationPorts?: readonly PortRange[];
  /** DSCP code points, 0–63 (RFC 2474). */
  readonly dscp?: readonly number[];
}

/** A clause, and if `anyOf` is present at least one of those as well. Matched on a flow's first packet. */
export interface PolicyMatch extends MatchClause {
  readonly anyOf?: readonly MatchClause[];
}

/** Bounds that a path must keep to suit a class; absent means unbounded. One-way figures. */
export interface Sla {
  readonly maxDelayMs?: number;
  readonly maxJitterMs?: number;
  readonly maxLossPercent?: number;
  readonly minMos?: number;
}

export interface LabelWeight {
  readonly label: string;
  readonly weight: number;
}

/** What happens to matched traffic. Labels are those of endpoints. */
export interface PolicyAction {
  /** `steer` over the best path, or `drop` at the first edge. */
  readonly type: 'steer' | 'drop';
  readonly sla?: Sla;
  /** Best first. */
  readonly prefer?: readonly string[];
  /** Used only when no other path is usable and within the SLA. */
  readonly avoid?: readonly string[];
  /** Not used even then. */
  readonly never?: readonly string[];
  /** Flows are shared over the usable paths of these labels in this proportion. */
  readonly weights?: readonly LabelWeight[];
  /** Name of the class of service; absent: the one that the packets' DSCP leads to, or else the default. */
  readonly qosClass?: string;
}

export interface Policy {
  readonly id: number;
  /** Forwarding class, allocated once. */
  readonly class: number;
  /** Higher is looked at first; equal priorities in order of id. The default policy has the lowest. */
  readonly priority: number;
  readonly name: string;
  readonly match: PolicyMatch;
  readonly action: PolicyAction;
}
