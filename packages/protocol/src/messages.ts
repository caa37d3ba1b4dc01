import type { Address, EndpointId, NetworkEvent, PathHealth, PathId, PathQuality } from '@patronus/core';
import type { SiteDocument } from './document.ts';

/** Spoken version of this protocol; both sides refuse another major one and say which they speak. */
export const protocolVersion = 1;

/** The largest message either side accepts, octets: a document of 5,000 prefixes is under 1 MiB. */
export const maxMessageBytes = 8 * 1024 * 1024;

/** POST /enrol on the edge gateway. */
export interface EnrolRequest {
  readonly protocol: number;
  readonly secret: string;
  /** Ed25519 public key of the edge, SPKI DER in base64. The private half never leaves the edge. */
  readonly identityKey: string;
  readonly hostname: string;
  readonly uplinks: readonly UplinkFact[];
}

export interface EnrolResponse {
  readonly edgeId: string;
  readonly siteId: string;
  readonly siteName: string;
}

/** What the edge sees of one of its network devices. */
export interface UplinkFact {
  readonly device: string;
  readonly addresses: readonly string[];
  readonly carrier: boolean;
}

/**
 * Proof of possession, on every connection: the edge signs these octets, which name the protocol, the nonce, the edge and
 * the certificate it sees (`certificateFingerprint`), so that a signature fits one connection to one controller only.
 */
export const challengeText = (parts: { nonce: string; edgeId: string; serverFingerprint: string }): string =>
  `patronus-edge-1\n${parts.nonce}\n${parts.edgeId}\n${parts.serverFingerprint}`;

/** What an edge cannot do, as its kernel or its machine refuses it. */
export interface UnavailableFeature {
  readonly feature: string;
  readonly reason: string;
}

export type EdgeMessage =
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly edgeId: string;
      /** Ed25519 over {@link challengeText}, base64. */
      readonly signature: string;
      /** The edge's own unix ms, from which the controller tells how far its clock is off. */
      readonly wallMs: number;
      readonly programVersion: string;
      /** Document in force, or null. */
      readonly appliedVersion: string | null;
      readonly uplinks: readonly UplinkFact[];
    }
  /** Public keys of the tunnels the edge has, by interface name; said after hello and whenever one is made. */
  | { readonly type: 'tunnel_keys'; readonly keys: Readonly<Record<string, string>> }
  | {
      readonly type: 'applied';
      readonly version: string;
      readonly applyMs: number;
      /** What the document wants and this edge cannot do. */
      readonly unavailable?: readonly UnavailableFeature[];
      /** Second copies of duplicated packets are dropped here. */
      readonly dropsCopies?: boolean;
    }
  | { readonly type: 'rejected'; readonly version: string; readonly reason: string; readonly restored: string | null }
  | { readonly type: 'telemetry'; readonly sequence: number; readonly batch: TelemetryBatch }
  | { readonly type: 'uplinks'; readonly uplinks: readonly UplinkFact[] }
  | { readonly type: 'pong'; readonly id: number }
  /** The answer to `list_flows` of the same id: the flows that moved most, and how many there are in all. */
  | {
      readonly type: 'flows';
      readonly id: number;
      readonly flows: readonly FlowReport[];
      readonly total: number;
      /** Why nothing can be told; null where it can. */
      readonly problem: string | null;
    }
  /** The answer to `check_path` of the same id. `problem` says why nothing could be sent, and is null otherwise. */
  | {
      readonly type: 'path_checked';
      readonly id: number;
      readonly probes: readonly PathProbe[];
      readonly problem: string | null;
    };

export type ControllerMessage =
  | { readonly type: 'challenge'; readonly nonce: string }
  | { readonly type: 'welcome'; readonly wallMs: number; readonly telemetryAcknowledged: number }
  | { readonly type: 'document'; readonly document: SiteDocument }
  /** The controller heard `applied`: the edge may keep this document as its last good one. */
  | { readonly type: 'confirmed'; readonly version: string }
  /** Everything up to this sequence is stored; the edge may forget it. */
  | { readonly type: 'telemetry_ack'; readonly sequence: number }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  | { readonly type: 'ping'; readonly id: number }
  /** Send so many probes over a path now, and say what became of each. */
  | { readonly type: 'check_path'; readonly id: number; readonly pathId: PathId; readonly probes: number }
  /** Tell up to so many flows that began at your site. */
  | { readonly type: 'list_flows'; readonly id: number; readonly limit: number };

/** A flow that began at a site, as the edge there sees it. Octets and packets are null where its kernel does not count. */
export interface FlowReport {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** Null: of no policy. */
  readonly policyId: number | null;
  /** Null: unknown. */
  readonly application: string | null;
  /** The name by which the server was last called; null where none was learned. */
  readonly serverName: string | null;
  /** The site it goes to; null for one to elsewhere. */
  readonly remoteSiteId: string | null;
  /** Null where several paths share the flows of its policy, or none carries it. */
  readonly pathId: string | null;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
  readonly packetsSent: number | null;
  readonly packetsReceived: number | null;
}

/** The most flows of one `list_flows`. */
export const maxListedFlows = 1_000;

/** What became of one probe that was asked for. */
export interface PathProbe {
  readonly answered: boolean;
  /** Its round trip; null where no reply came in time. */
  readonly rttMs: number | null;
}

/** The most probes of one `check_path`: enough to see a share of loss, few enough to be no load. */
export const maxCheckProbes = 20;

/** A second or so of one edge's life. Times are unix ms, corrected by the clock offset learned from `welcome`. */
export interface TelemetryBatch {
  readonly from: number;
  readonly to: number;
  readonly paths: readonly PathReport[];
  readonly policies: readonly PolicyCounter[];
  /** Every ten seconds; absent in the batches between. */
  readonly traffic?: readonly PathTraffic[];
  /** With them, of the paths that have to do with copies. */
  readonly copies?: readonly PathCopies[];
  /** With them, where the kernel tells: every policy that has flows now. */
  readonly flows?: readonly PolicyFlows[];
  /** With them, where the kernel tells: every application that has flows now, or had traffic since the last time. */
  readonly applications?: readonly ApplicationTraffic[];
  /** With `traffic`, of every uplink that is shaped or policed. */
  readonly qos?: readonly LineReport[];
  readonly decisions: readonly DecisionReport[];
  readonly events: readonly NetworkEvent[];
}

/** The queues of one uplink. */
export interface LineReport {
  readonly endpointId: EndpointId;
  /** What the line is shaped to now, bit/s; null where it is not. */
  readonly rateBps: number | null;
  /** The queue within each class: `cake`, `fq_codel` or `fifo`; null where there is none. */
  readonly queue: string | null;
  /** Why the kernel does not do what was asked of it; null where it does. */
  readonly problem: string | null;
  /** Names the moment at which the counters started at zero. */
  readonly epoch: string;
  readonly classes: readonly QueueReport[];
}

/** One class on one uplink, since the epoch of its line. */
export interface QueueReport {
  /** That of the class. */
  readonly number: number;
  readonly packets: number;
  /** IP octets before tunnelling. */
  readonly bytes: number;
  /** Packets that found no room, or that the queue gave up to keep its delay short. */
  readonly drops: number;
  /** Octets that wait now. */
  readonly backlogBytes: number;
  /** How long a packet waits, ms: measured where the queue is `cake`, else what the backlog takes at the guaranteed rate. */
  readonly delayMs: number;
}

export interface PathReport {
  readonly pathId: PathId;
  readonly health: PathHealth;
  readonly since: number;
  readonly quality: PathQuality;
  readonly sent: number;
  readonly received: number;
}

/** Counters since the edge last started counting; `epoch` changes when they start at zero again. */
export interface PolicyCounter {
  readonly policyId: number;
  readonly epoch: string;
  readonly packets: number;
  readonly bytes: number;
}

/**
 * Octets that went out and came in by the tunnel of a path since it was made, as the edge at its source counts them: probes
 * and what WireGuard adds included.
 */
export interface PathTraffic {
  readonly pathId: PathId;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Of a far end behind NAT, which calls: where its packets came from last. Absent for others, and until it has called. */
  readonly remote?: FarEndAddress;
}

/** Source of UDP packets, as the edge that gets them sees it. */
export interface FarEndAddress {
  readonly address: Address;
  readonly port: number;
}

/** What is counted of the packets of policies that duplicate. */
export const copyCounts = ['sent', 'single', 'first', 'dropped', 'late'] as const;

/**
 * Of one path, as the edge at its source counts them: second copies that left by it, packets that left by it alone as they
 * could not be stamped, packets that arrived by it before their twin, copies dropped as their twin had come before, and copies
 * too old to tell. Segments that travel together count singly.
 */
export type CopyCounts = Readonly<Record<(typeof copyCounts)[number], number>>;

/** `epoch` names the moment at which the counters began at zero. */
export interface PathCopies extends CopyCounts {
  readonly pathId: PathId;
  readonly epoch: string;
}

/** Flows that hosts of the site's own prefixes began and that the kernel still knows, by the policy that chose their class. */
export interface PolicyFlows {
  readonly policyId: number;
  readonly flows: number;
}

/** Flows of no application that is known count as of this. */
export const unknownApplication = 'unknown';

/**
 * Octets, in both directions, that flows of an application carried since the batch before, as the edge at which they began
 * tracks them; `flows` of them are known now.
 */
export interface ApplicationTraffic {
  readonly application: string;
  readonly flows: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Which paths carry a class to a site now. */
export interface DecisionReport {
  readonly policyId: number;
  readonly siteId: string;
  readonly paths: readonly { readonly pathId: PathId; readonly weight: number }[];
  /** A copy of each packet goes over this one as well; absent where none does. */
  readonly copyPathId?: PathId;
  readonly slaMet: boolean;
  readonly reason: string;
}
