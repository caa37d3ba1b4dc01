import { Worker } from 'node:worker_threads';
import { PatronusError, systemTimers, type PathId, type Timer } from '@patronus/core';
import {
  closeDescriptor,
  findPathMeter,
  EventSignal,
  NextHopSwitch,
  ProbeSocket,
  releaseFreeMemory,
  type PathMeterDescriptors,
  type ThreadPriority,
} from '@patronus/linux';
import type { DecisionReport, SiteDocument, UplinkFact } from '@patronus/protocol';
import { stampPort } from '@patronus/protocol/stamp';
import { endWorker } from '../end-worker.ts';
import type { ProbeEngine, ProbeEngineListener, ProbeResult } from '../ports.ts';
import { watchFarEnds } from './far-end-watch.ts';
import type { FarEnds } from './flow-counter.ts';
import type { FromProbeThread, ProbeWorkerData, ToProbeThread } from './thread-messages.ts';

/** First pause before a thread that died is started again; doubles up to the cap while it keeps dying. */
const restartFirstMs = 200;
const restartCapMs = 10_000;
/** A thread that ran this long before it died starts over with the first pause. */
const settledMs = 30_000;
/** The thread answers within milliseconds; one that does not is stuck. */
const answerTimeoutMs = 5_000;

/** Runs from `dist` when built, from the sources in tests; both load beside this file, by the same ending. */
const ownWorkerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './probe-worker.ts' : './probe-worker.js',
  import.meta.url,
);
const workerOptions = import.meta.url.endsWith('.ts') ? ['--conditions=patronus-source'] : [];

/** The thread keeps some 10 kB per path and makes little garbage; left alone, V8 would take three times the memory. */
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 };

/**
 * Reports come once a second and leave free memory behind, which the C library would hoard. More seldom keeps more of it, more
 * often costs time.
 */
const roundsPerRelease = 10;

export interface ProbeThreadOptions {
  /** UDP port of the reflector; STAMP's own unless told. */
  readonly reflectorPort?: number;
  /** What the thread runs. */
  readonly workerUrl?: URL;
}

interface Waiting {
  resolve(result: ProbeResult | null): void;
  reject(error: Error): void;
  readonly timeout: NodeJS.Timeout;
}

/**
 * The probe thread as the main thread sees it. Opens the sockets in the network namespace of this process, runs the worker,
 * and starts it again with the last document should it die; traffic stays where it is meanwhile.
 */
export class ProbeThread implements ProbeEngine {
  readonly #listener: ProbeEngineListener;
  readonly #workerUrl: URL;
  readonly #descriptors: ProbeWorkerData;
  readonly #signal: EventSignal;
  readonly #farEndWatch: Timer;
  readonly #waiting = new Map<number, Waiting>();
  #decisions = new Map<string, DecisionReport>();
  #worker: Worker | null = null;
  #priority: ThreadPriority = 'normal';
  #document: SiteDocument | null = null;
  #devicesDown: readonly string[] = [];
  #farEnds: FarEnds = new Map();
  #requests = 0;
  #restart: NodeJS.Timeout | null = null;
  #restartMs = restartFirstMs;
  #stopping = false;
  #roundsToRelease = 1;

  private constructor(listener: ProbeEngineListener, options: ProbeThreadOptions) {
    this.#listener = listener;
    this.#workerUrl = options.workerUrl ?? ownWorkerUrl;
    const opened: number[] = [];
    const keep = <T extends { readonly fd: number }>(resource: T): T => {
      opened.push(resource.fd);
      return resource;
    };
    try {
      this.#signal = keep(EventSignal.open());
      this.#descriptors = {
        signalFd: this.#signal.fd,
        senderFd: keep(ProbeSocket.open()).fd,
        reflectorFd: keep(ProbeSocket.open(options.reflectorPort ?? stampPort)).fd,
        switchFd: keep(NextHopSwitch.open()).fd,
      };
    } catch (error) {
      for (const fd of opened) closeDescriptor(fd);
      throw error;
    }
    this.#farEndWatch = watchFarEnds(systemTimers, (farEnds) => {
      this.#farEnds = farEnds;
      this.#post({ type: 'far_ends', farEnds });
    });
  }

  /**
   * Starts probing; nothing is probed before the first {@link configure}. Throws `address_in_use` where another program has
   * the reflector's port.
   */
  static start(listener: ProbeEngineListener, options: ProbeThreadOptions = {}): ProbeThread {
    const thread = new ProbeThread(listener, options);
    thread.#launch();
    return thread;
  }

  /** What scheduling priority the thread got. */
  get priority(): ThreadPriority {
    return this.#priority;
  }

  /**
   * Takes up a document whose next-hop groups are in the kernel; resolves when the thread has written those it knows an
   * answer for. The same document again writes them all once more. A thread that is being started again takes the document
   * up by itself.
   */
  async configure(document: SiteDocument): Promise<void> {
    this.#document = document;
    if (this.#worker === null) return;
    await this.#ask((request) => configuring(request, document));
  }

  /** Tells what is known of the uplinks: paths over one without carrier or address are down at once. */
  uplinksChanged(uplinks: readonly UplinkFact[]): void {
    this.#devicesDown = uplinks
      .filter(({ carrier, addresses }) => !carrier || addresses.length === 0)
      .map(({ device }) => device);
    this.#post({ type: 'links_down', devices: this.#devicesDown });
  }

  /** Sends a probe over a path now; answers when its reply has come or is overdue. */
  async probeNow(pathId: PathId): Promise<ProbeResult> {
    const result = await this.#ask((request) => ({ type: 'probe', request, pathId }));
    return result!;
  }

  /** Which paths carry every policy to every site, as last decided. */
  currentDecisions(): readonly DecisionReport[] {
    return [...this.#decisions.values()];
  }

  /** Ends the thread and closes its sockets; next hops stay as they are. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    if (this.#worker !== null) await endWorker(this.#worker, () => this.#post({ type: 'stop' }));
    this.#failWaiting(new PatronusError('unreachable', 'probing was stopped'));
    this.#farEndWatch.cancel();
    for (const fd of Object.values(this.#descriptors) as number[]) closeDescriptor(fd);
  }

  #launch(): void {
    const startedMs = performance.now();
    const worker = new Worker(this.#workerUrl, {
      name: 'probe',
      workerData: this.#descriptors,
      execArgv: workerOptions,
      resourceLimits,
    });
    this.#worker = worker;
    worker.on('message', (message: FromProbeThread) => this.#hear(message));
    worker.on('error', (error: Error) => {
      this.#listener.failed(
        new PatronusError('internal', `the probe thread failed and is started again: ${error.message}`, {
          cause: error,
        }),
      );
    });
    worker.on('exit', () => this.#ended(startedMs));
    if (this.#devicesDown.length > 0) this.#post({ type: 'links_down', devices: this.#devicesDown });
    if (this.#farEnds.size > 0) this.#post({ type: 'far_ends', farEnds: this.#farEnds });
    if (this.#document !== null) this.#post(configuring(0, this.#document));
  }

  #ended(startedMs: number): void {
    this.#worker = null;
    if (this.#stopping) return;
    this.#failWaiting(new PatronusError('internal', 'the probe thread ended before it answered'));
    if (performance.now() - startedMs > settledMs) this.#restartMs = restartFirstMs;
    this.#restart = setTimeout(() => this.#launch(), this.#restartMs);
    this.#restartMs = Math.min(restartCapMs, 2 * this.#restartMs);
  }

  #hear(message: FromProbeThread): void {
    switch (message.type) {
      case 'started':
        this.#priority = message.priority;
        return;
      case 'configured':
        this.#answer(message.request, null, message.problem);
        return;
      case 'paths':
        this.#listener.paths(message.reports);
        this.#releaseMemory();
        return;
      case 'decisions':
        if (message.isAll) this.#decisions.clear();
        for (const each of message.decisions) this.#decisions.set(`${each.policyId} ${each.siteId}`, each);
        this.#listener.decisions(message.decisions);
        return;
      case 'event':
        this.#listener.event(message.event);
        return;
      case 'probed':
        this.#answer(message.request, message.result, null);
        return;
    }
  }

  #releaseMemory(): void {
    if (--this.#roundsToRelease > 0) return;
    this.#roundsToRelease = roundsPerRelease;
    releaseFreeMemory();
  }

  #post(message: ToProbeThread): void {
    this.#worker?.postMessage(message);
    this.#signal.raise();
  }

  #ask(message: (request: number) => ToProbeThread): Promise<ProbeResult | null> {
    if (this.#worker === null) {
      return Promise.reject(new PatronusError('unreachable', 'the probe thread is being started again; try once more'));
    }
    const request = ++this.#requests;
    const { promise, resolve, reject } = Promise.withResolvers<ProbeResult | null>();
    const timeout = setTimeout(() => {
      this.#waiting.delete(request);
      reject(new PatronusError('timeout', `the probe thread did not answer within ${answerTimeoutMs / 1000} s`));
    }, answerTimeoutMs);
    this.#waiting.set(request, { resolve, reject, timeout });
    this.#post(message(request));
    return promise;
  }

  #answer(request: number, result: ProbeResult | null, problem: string | null): void {
    const waiting = this.#waiting.get(request);
    if (waiting === undefined) return;
    this.#waiting.delete(request);
    clearTimeout(waiting.timeout);
    if (problem === null) waiting.resolve(result);
    else waiting.reject(new PatronusError('invalid_input', `the document cannot be probed: ${problem}`));
  }

  #failWaiting(error: Error): void {
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timeout);
      waiting.reject(error);
    }
    this.#waiting.clear();
  }
}

/** The programs that count stand at the uplinks by now, where the kernel lets them. */
const configuring = (request: number, document: SiteDocument): ToProbeThread & { type: 'configure' } => ({
  type: 'configure',
  request,
  document,
  meter: meterAt(document.endpoints.map((endpoint) => endpoint.device)),
});

function meterAt(devices: readonly string[]): PathMeterDescriptors | null {
  try {
    return findPathMeter(devices);
  } catch {
    // the reconciler told why this machine cannot count
    return null;
  }
}
