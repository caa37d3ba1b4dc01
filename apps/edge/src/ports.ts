import type { NetworkEvent, PathId } from '@patronus/core';
import type {
  DecisionReport,
  LineReport,
  PathCopies,
  PathReport,
  PathTraffic,
  PolicyCounter,
  PolicyFlows,
  SiteDocument,
  UnavailableFeature,
  UplinkFact,
} from '@patronus/protocol';

/**
 * What the edge's shell needs of its surroundings. The reconciler, the probe engine and the WebSocket stand behind these,
 * and so do their fakes in tests.
 */

/** What bringing a document into force took. */
export interface AppliedReport {
  /** What was done, one line each; empty when there was nothing to do. */
  readonly steps: readonly string[];
  /** Members of next-hop groups were made or lost, so that steering must write all of them again. */
  readonly groupsTouched: boolean;
  readonly applyMs: number;
  /** What the document wants and this kernel refuses; everything else is in force. */
  readonly unavailable: readonly UnavailableFeature[];
  /** Second copies of duplicated packets are dropped here from now on. */
  readonly dropsCopies: boolean;
}

/** Keeps the kernel as a document wants it. */
export interface Reconciler {
  /**
   * Brings the kernel from whatever it is to what the document wants; the same document again changes nothing but what
   * somebody else changed meanwhile. Where the kernel refuses, what was before has been restored when this throws, and
   * `facts.restored` of the error has its version.
   */
  apply(document: SiteDocument): Promise<AppliedReport>;
  /** The same for what an earlier run had in force: where that fails, what it left in the kernel stays and forwards. */
  adopt(document: SiteDocument): Promise<AppliedReport>;
  /** Removes everything of ours from the kernel. */
  clean(): Promise<void>;
  /** Public keys (base64) of the tunnels that exist, by interface name. */
  tunnelKeys(): Promise<Readonly<Record<string, string>>>;
  policyCounters(): Promise<readonly PolicyCounter[]>;
  /** What the tunnels of the document in force carried. */
  pathTraffic(): Promise<readonly PathTraffic[]>;
  /** What became of duplicated packets on the paths of the document in force; nothing where none are. */
  pathCopies(): Promise<readonly PathCopies[]>;
  /** Flows that began at the site, by policy; null where the kernel does not tell. */
  policyFlows(): Promise<readonly PolicyFlows[] | null>;
  /** The queues of each uplink that is shaped or policed. */
  lineReports(): Promise<readonly LineReport[]>;
  /** Lets the uplink in a slot send so much, bit/s, from now on; null for what was bought, from the next document on. */
  setLineRate(slot: number, rateBps: number | null): Promise<void>;
}

/** What became of a probe sent on demand. Null figures where no reply came. */
export interface ProbeResult {
  readonly pathId: PathId;
  /** False where there is no such path, so that nothing could be sent. */
  readonly sent: boolean;
  readonly answered: boolean;
  readonly rttMs: number | null;
  /** Why there is no answer. */
  readonly problem: string | null;
}

/** What the probe engine tells; `paths` about once a second with every path, the others as they happen. */
export interface ProbeEngineListener {
  paths(reports: readonly PathReport[]): void;
  decisions(decisions: readonly DecisionReport[]): void;
  event(event: NetworkEvent): void;
  failed(error: Error): void;
}

/** Probes paths, reflects the probes of others, decides, and moves next hops, on its own thread. */
export interface ProbeEngine {
  /** Takes up a document that is in the kernel; the same one again writes every next hop once more. */
  configure(document: SiteDocument): Promise<void>;
  /** Paths over an uplink without carrier or address are down at once. */
  uplinksChanged(uplinks: readonly UplinkFact[]): void;
  /** Sends a probe over a path now; answers when its reply has come or is overdue. Errors: `timeout`, `unreachable`. */
  probeNow(pathId: PathId): Promise<ProbeResult>;
  stop(): Promise<void>;
}

/** What the kernel tells unasked. */
export interface KernelListener {
  /** A device or an address may have changed. */
  devices(): void;
  /** It may no longer be as the document in force wants it; also told now and then with no such sign. */
  drifted(): void;
}

export type WatchKernel = (listener: KernelListener) => { stop(): void };

export interface Dialling {
  readonly url: string;
  /** The certificate authority to trust, PEM, and no other. */
  readonly caPem: string;
  /** Local address to call from; null leaves the choice to the routing table. */
  readonly localAddress: string | null;
}

export interface ChannelListener {
  /** TLS is up and the certificate verified; the fingerprint is the certificate's, the address the one we call from. */
  opened(serverFingerprint: string, localAddress: string): void;
  message(text: string): void;
  pong(): void;
  /** Once, at the end, whether or not `opened` came. Null for an orderly end. */
  closed(reason: Error | null): void;
}

/** A message channel to the controller. */
export interface Channel {
  send(text: string): void;
  ping(): void;
  /** Ends at once, without waiting for the other side; `closed` follows. */
  close(): void;
}

export type Dial = (dialling: Dialling, listener: ChannelListener) => Channel;
