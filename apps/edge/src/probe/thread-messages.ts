import type { NetworkEvent, PathId } from '@patronus/core';
import type { PathMeterDescriptors, ThreadPriority } from '@patronus/linux';
import type { DecisionReport, PathReport, SiteDocument } from '@patronus/protocol';
import type { ProbeResult } from '../ports.ts';
import type { FarEnds } from './flow-counter.ts';

/** What the worker is started with: descriptors that the main thread opened and will close after it. */
export interface ProbeWorkerData {
  readonly senderFd: number;
  readonly reflectorFd: number;
  readonly switchFd: number;
  readonly signalFd: number;
}

/** From the main thread to the probe thread. */
export type ToProbeThread =
  | {
      readonly type: 'configure';
      readonly request: number;
      readonly document: SiteDocument;
      /** Where traffic is counted; null where the machine cannot. */
      readonly meter: PathMeterDescriptors | null;
    }
  | { readonly type: 'links_down'; readonly devices: readonly string[] }
  | { readonly type: 'far_ends'; readonly farEnds: FarEnds }
  | { readonly type: 'probe'; readonly request: number; readonly pathId: PathId }
  | { readonly type: 'stop' };

/** And back. */
export type FromProbeThread =
  | { readonly type: 'started'; readonly priority: ThreadPriority }
  | { readonly type: 'configured'; readonly request: number; readonly problem: string | null }
  | { readonly type: 'paths'; readonly reports: readonly PathReport[] }
  | { readonly type: 'decisions'; readonly decisions: readonly DecisionReport[]; readonly isAll: boolean }
  | { readonly type: 'event'; readonly event: NetworkEvent }
  | { readonly type: 'probed'; readonly request: number; readonly result: ProbeResult };
