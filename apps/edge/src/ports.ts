import type { NetworkEvent } from '@patronus/core';
import type { DecisionReport, PathReport, PolicyCounter, SiteDocument, UplinkFact } from '@patronus/protocol';

/**
 * What the edge's shell needs of its surroundings. The reconciler, the probe engine and the WebSocket stand behind these,
 * and so do their fakes in tests.
 */

/** Keeps the kernel as a document wants it. */
export interface Reconciler {
  /**
   * Brings the kernel from whatever it is to what the document wants; the same document again changes nothing but what
   * somebody else changed meanwhile. Where the kernel refuses, what was before has been restored when this throws.
   */
  apply(document: SiteDocument): Promise<void>;
  /** Removes everything of ours from the kernel. */
  clean(): Promise<void>;
  /** Public keys (base64) of the tunnels that exist, by interface name. */
  tunnelKeys(): Promise<Readonly<Record<string, string>>>;
  policyCounters(): Promise<readonly PolicyCounter[]>;
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
  configure(document: SiteDocument): Promise<void>;
  stop(): Promise<void>;
}

/** What the machine says of its devices. */
export interface LinkMonitor {
  uplinks(): readonly UplinkFact[];
  stop(): void;
}

export interface Dialling {
  readonly url: string;
  /** The certificate authority to trust, PEM, and no other. */
  readonly caPem: string;
  /** Local address to call from; null leaves the choice to the routing table. */
  readonly localAddress: string | null;
}

export interface ChannelListener {
  /** TLS is up and the certificate verified; the fingerprint is the certificate's. */
  opened(serverFingerprint: string): void;
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
