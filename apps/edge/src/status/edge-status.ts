import type { PathHealth, PathQuality } from '@patronus/core';
import type { UnavailableFeature, UplinkFact } from '@patronus/protocol';
import { DocumentStore, loadEnrolment, statePaths, type StatePaths } from '../state/index.ts';
import { spoolSize } from '../telemetry/index.ts';
import { withoutLearning, type Learning } from '../learn/index.ts';
import { askRunningEdge } from './status-socket.ts';

/** Times are unix ms by the edge's own clock. */
export interface EdgeStatus {
  readonly running: boolean;
  /** Process id; null while not running. */
  readonly pid: number | null;
  readonly startedAt: number | null;
  readonly stateDir: string;
  /** Null before the edge has joined. */
  readonly site: { readonly id: string; readonly name: string } | null;
  readonly edgeId: string | null;
  readonly controller: ControllerStatus | null;
  /** The document in force, or the last good one on disk while the edge does not run. */
  readonly document: DocumentStatus | null;
  readonly uplinks: readonly UplinkFact[];
  readonly tunnels: readonly TunnelStatus[];
  readonly paths: readonly PathStatus[];
  readonly decisions: readonly DecisionStatus[];
  /** How names of servers are learned here, and whether flows without are inspected. */
  readonly learning: ReturnType<Learning['status']>;
  readonly telemetry: TelemetryStatus;
}

export type ControllerState = 'online' | 'connecting' | 'waiting' | 'refused' | 'stopped';

export interface ControllerStatus {
  readonly url: string;
  readonly state: ControllerState;
  readonly since: number | null;
  /** Address the connection leaves from; null while there is none or the routing table chose. */
  readonly localAddress: string | null;
  /** Why the last attempt failed; null while online. */
  readonly problem: string | null;
}

export interface DocumentStatus {
  readonly version: string;
  /** Whether the controller has confirmed it; an unconfirmed one is given up when the confirm window ends. */
  readonly confirmed: boolean;
  /** Why a newer document is not in force; null when none was refused since. */
  readonly problem: string | null;
  /** What the document wants and this edge cannot do. */
  readonly unavailable: readonly UnavailableFeature[];
}

export interface TunnelStatus {
  readonly name: string;
  readonly label: string;
  readonly listenPort: number;
  readonly probeAddress: string;
  readonly peers: number;
}

export interface PathStatus {
  readonly id: string;
  readonly label: string;
  readonly remoteSite: string;
  readonly remoteLabel: string;
  readonly tunnel: string;
  readonly health: PathHealth;
  readonly since: number | null;
  readonly quality: PathQuality;
}

export interface DecisionStatus {
  readonly policy: string;
  readonly remoteSite: string;
  readonly paths: readonly { readonly label: string; readonly remoteLabel: string; readonly weight: number }[];
  /** A copy of each packet goes over this one as well; null for none. */
  readonly copy: { readonly label: string; readonly remoteLabel: string } | null;
  readonly slaMet: boolean;
  readonly reason: string;
}

export interface TelemetryStatus {
  readonly waitingBatches: number;
  readonly waitingBytes: number;
  /** Batches whose reports were given up for want of room since the edge started. */
  readonly droppedBatches: number;
}

/** Asks the edge that runs on this directory; where none does, reads what it left on disk and says so (`running`). */
export async function edgeStatus(options: { stateDir: string }): Promise<EdgeStatus> {
  const paths = statePaths(options.stateDir);
  return (await askRunningEdge(paths)) ?? (await statusFromDisk(paths));
}

async function statusFromDisk(paths: StatePaths): Promise<EdgeStatus> {
  const enrolment = await loadEnrolment(paths.enrolment);
  const document = await new DocumentStore(paths.documents).peek();
  return {
    running: false,
    pid: null,
    startedAt: null,
    stateDir: paths.root,
    site: enrolment === null ? null : { id: enrolment.siteId, name: enrolment.siteName },
    edgeId: enrolment?.edgeId ?? null,
    controller:
      enrolment === null
        ? null
        : { url: enrolment.url, state: 'stopped', since: null, localAddress: null, problem: null },
    document: document === null ? null : { version: document.version, confirmed: true, problem: null, unavailable: [] },
    uplinks: [],
    tunnels: [],
    paths: [],
    decisions: [],
    learning: withoutLearning('the edge does not run').status(),
    telemetry: { ...(await spoolSize(paths.telemetry)), droppedBatches: 0 },
  };
}
