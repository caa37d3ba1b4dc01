import type { ApplicationCategory } from './application.ts';
import type { DomainPattern } from './domain-pattern.ts';
import type { HostSetId, SiteId } from './ids.ts';
import type { Prefix } from './prefix.ts';
import type { ScheduleWindow } from './schedule.ts';

export type IpProtocol = 'tcp' | 'udp' | 'icmp' | 'sctp' | 'gre' | 'esp';
export const ipProtocols: readonly IpProtocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'gre', 'esp'];

/** Ports `from` to `to`, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** What flows are held against. Every condition that is present must hold; within one, any of its values. Absent or empty means any. */
export interface MatchConditions {
  readonly sourceSites?: readonly SiteId[];
  readonly destinationSites?: readonly SiteId[];
  /** Sites that carry any of these tags. */
  readonly sourceSiteTags?: readonly string[];
  readonly destinationSiteTags?: readonly string[];
  /** Hosts in any of these sets. */
  readonly sourceHostSets?: readonly HostSetId[];
  readonly destinationHostSets?: readonly HostSetId[];
  readonly sourcePrefixes?: readonly Prefix[];
  readonly destinationPrefixes?: readonly Prefix[];
  readonly protocol?: IpProtocol;
  readonly sourcePorts?: readonly PortRange[];
  readonly destinationPorts?: readonly PortRange[];
  /** DSCP code points, 0–63 (RFC 2474). */
  readonly dscp?: readonly number[];
  /** Names of applications of the catalogue, or of one's own. */
  readonly applications?: readonly string[];
  readonly applicationCategories?: readonly ApplicationCategory[];
  /** The server is known by a name that any of these means. */
  readonly domains?: readonly DomainPattern[];
  /** Any of these windows, by the clocks of the site that the flow comes from; from elsewhere none holds. */
  readonly schedule?: readonly ScheduleWindow[];
}

/** Conditions, and none of what `not` describes. */
export interface MatchClause extends MatchConditions {
  /** Flows for which all of these hold are left out. */
  readonly not?: MatchConditions;
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
  readonly maxReorderingPercent?: number;
  readonly maxDuplicationPercent?: number;
  readonly minMos?: number;
}

export interface LabelWeight {
  readonly label: string;
  readonly weight: number;
}

export type PolicyActionType = 'steer' | 'drop' | 'breakout';
export const policyActionTypes: readonly PolicyActionType[] = ['steer', 'drop', 'breakout'];

/** Traffic to no site leaves by an uplink of its own site, under that uplink's address. */
export interface Breakout {
  /** Labels of the uplinks to use, best first. */
  readonly labels: readonly string[];
  /** Where none of them works, the site whose uplinks of these labels it leaves by instead. */
  readonly fallbackSite?: SiteId;
}

/** What happens to matched traffic. Labels are those of endpoints. */
export interface PolicyAction {
  /** `steer` over the best path, `drop` at the first edge, or `breakout`: straight to the Internet. */
  readonly type: PolicyActionType;
  readonly sla?: Sla;
  /** Best first. */
  readonly prefer?: readonly string[];
  /** Used only when no other path is usable and within the SLA. */
  readonly avoid?: readonly string[];
  /** Not used even then. */
  readonly never?: readonly string[];
  /** Flows are shared over the usable paths of these labels in this proportion. */
  readonly weights?: readonly LabelWeight[];
  /** Each packet goes over the two best paths, and the far edge passes the copy that comes first. */
  readonly duplicate?: boolean;
  /** How traffic breaks out; with type `breakout` only. */
  readonly breakout?: Breakout;
  /** The DSCP code point that packets get as they enter from the LAN, 0–63 (RFC 2474). */
  readonly setDscp?: number;
  /** Most that one edge takes in from its LAN, bit/s; packets above are dropped. */
  readonly rateLimitBps?: number;
  /** Tell of new flows in the edge's flow log. */
  readonly log?: boolean;
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

/** A named list of prefixes and hosts that policies match. */
export interface HostSet {
  readonly id: HostSetId;
  readonly name: string;
  /** Hosts are prefixes of full length. */
  readonly prefixes: readonly Prefix[];
}

/** The clauses of a match: the outer one, then the alternatives. */
export const clausesOf = (match: PolicyMatch): MatchClause[] => [match, ...(match.anyOf ?? [])];

/** All conditions of a match, wherever they stand: those of its clauses, then those that clauses exclude. */
export const conditionsOf = (match: PolicyMatch): MatchConditions[] =>
  clausesOf(match).flatMap((clause) => [clause, ...(clause.not === undefined ? [] : [clause.not])]);
