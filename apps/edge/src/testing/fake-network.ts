import { PatronusError, type PathId } from '@patronus/core';
import type {
  LineReport,
  PathCopies,
  PathTraffic,
  PolicyCounter,
  PolicyFlows,
  SiteDocument,
  UplinkFact,
} from '@patronus/protocol';
import type { AppliedReport, ProbeEngine, ProbeEngineListener, ProbeResult, Reconciler } from '../ports.ts';

/** A kernel that is one document, and refuses those it is told to. */
export class FakeReconciler implements Reconciler {
  kernel: SiteDocument | null = null;
  readonly applied: string[] = [];
  counters: PolicyCounter[] = [];
  traffic: PathTraffic[] = [];
  lines: LineReport[] = [];
  /** What uplinks were told to send. */
  readonly lineRates: { readonly slot: number; readonly rateBps: number | null }[] = [];
  refuse: (document: SiteDocument) => string | null = () => null;
  /** Holds an apply until it is resolved. */
  hold: Promise<void> | null = null;

  async apply(document: SiteDocument): Promise<AppliedReport> {
    if (this.hold !== null) await this.hold;
    const reason = this.refuse(document);
    if (reason !== null) throw new PatronusError('kernel_refused', reason);
    const steps = this.kernel?.version === document.version ? [] : [`make ${document.version}`];
    this.kernel = document;
    this.applied.push(document.version);
    return { steps, groupsTouched: steps.length > 0, applyMs: 7, unavailable: [], dropsCopies: false };
  }

  adopt(document: SiteDocument): Promise<AppliedReport> {
    return this.apply(document);
  }

  clean(): Promise<void> {
    this.kernel = null;
    return Promise.resolve();
  }

  tunnelKeys(): Promise<Record<string, string>> {
    const names = this.kernel?.tunnels.map((tunnel) => tunnel.name) ?? [];
    return Promise.resolve(Object.fromEntries(names.map((name) => [name, `key of ${name}`])));
  }

  policyCounters(): Promise<readonly PolicyCounter[]> {
    return Promise.resolve(this.kernel === null ? [] : this.counters);
  }

  policyFlows(): Promise<readonly PolicyFlows[] | null> {
    return Promise.resolve(null);
  }

  lineReports(): Promise<readonly LineReport[]> {
    return Promise.resolve(this.lines);
  }

  setLineRate(slot: number, rateBps: number | null): Promise<void> {
    this.lineRates.push({ slot, rateBps });
    return Promise.resolve();
  }

  pathCopies(): Promise<readonly PathCopies[]> {
    return Promise.resolve([]);
  }

  pathTraffic(): Promise<readonly PathTraffic[]> {
    return Promise.resolve(this.kernel === null ? [] : this.traffic);
  }
}

/** Probes nothing; a test speaks through its listener. */
export class FakeEngine implements ProbeEngine {
  document: SiteDocument | null = null;
  listener: ProbeEngineListener | null = null;
  uplinks: readonly UplinkFact[] = [];
  readonly silent = new Set<PathId>();
  readonly probed: PathId[] = [];
  stopped = false;

  start = (listener: ProbeEngineListener): ProbeEngine => {
    this.listener = listener;
    return this;
  };

  configure(document: SiteDocument): Promise<void> {
    this.document = document;
    return Promise.resolve();
  }

  uplinksChanged(uplinks: readonly UplinkFact[]): void {
    this.uplinks = uplinks;
  }

  /** Every path of the document answers after 20 ms but those in `silent`. */
  probeNow(pathId: PathId): Promise<ProbeResult> {
    const sent = this.document?.paths.some(({ id }) => id === pathId) === true;
    const answered = sent && !this.silent.has(pathId);
    this.probed.push(pathId);
    return Promise.resolve({ pathId, sent, answered, rttMs: answered ? 20 : null, problem: answered ? null : 'none' });
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}
