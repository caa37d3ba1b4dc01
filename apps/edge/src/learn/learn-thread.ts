import { Worker } from 'node:worker_threads';
import { LearnedNames, type LearnedName } from '@patronus/applications';
import { learningGroup, PatronusError, systemClock, type Address } from '@patronus/core';
import { closeDescriptor, ConntrackMarks, EventSignal, NftSetWriter, PacketTap, type TapMode } from '@patronus/linux';
import { endWorker } from '../end-worker.ts';
import type { FromLearnThread, LearnCounts, LearnPlan, LearnWorkerData, ToLearnThread } from './learn-messages.ts';

/** A thread that died is started again after this pause. */
const restartMs = 1_000;

/** Runs from `dist` when built, from the sources in tests; both load beside this file, by the same ending. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './learn-worker.ts' : './learn-worker.js', import.meta.url);
const workerOptions = import.meta.url.endsWith('.ts') ? ['--conditions=patronus-source'] : [];
/** It keeps some 10 MB of names at most. */
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 96 };

/** What became of learning names here. */
export interface LearningStatus {
  /** `off` where the kernel has neither way. */
  readonly mode: TapMode | 'off';
  /** Why it is off, or what the kernel refused last; null where all is well. */
  readonly problem: string | null;
  /** Addresses whose names are known. */
  readonly addresses: number;
  readonly counts: LearnCounts;
}

/** Learns names of servers on a thread of its own, so that packets that wait for it wait for nothing else. */
export class LearnThread {
  readonly mode: TapMode;
  readonly #failed: (error: Error) => void;
  readonly #descriptors: LearnWorkerData;
  readonly #signal: EventSignal;
  readonly #names = new LearnedNames(systemClock);
  #counts: LearnCounts = { dnsAnswers: 0, serverNames: 0, nameless: 0 };
  #worker: Worker | null = null;
  #plan: LearnPlan | null = null;
  #problem: string | null = null;
  #restart: NodeJS.Timeout | null = null;
  #stopping = false;

  private constructor(mode: TapMode, failed: (error: Error) => void) {
    this.mode = mode;
    this.#failed = failed;
    const opened: number[] = [];
    const keep = <T extends { readonly fd: number }>(resource: T): T => {
      opened.push(resource.fd);
      return resource;
    };
    try {
      this.#signal = keep(EventSignal.open());
      this.#descriptors = {
        signalFd: this.#signal.fd,
        tapFd: keep(PacketTap.open(mode, learningGroup)).fd,
        setsFd: keep(NftSetWriter.open('patronus')).fd,
        marksFd: keep(ConntrackMarks.open()).fd,
        mode,
      };
    } catch (error) {
      for (const fd of opened) closeDescriptor(fd);
      throw error;
    }
  }

  /** Opens its sockets in the calling thread's network namespace. Errors: `kernel_refused`. `failed` is told when it died. */
  static start(mode: TapMode, failed: (error: Error) => void): LearnThread {
    const thread = new LearnThread(mode, failed);
    thread.#launch();
    return thread;
  }

  /** Takes up a ruleset that is in the kernel. */
  configure(plan: LearnPlan): void {
    this.#plan = plan;
    this.#problem = null;
    this.#post({ type: 'configure', plan });
  }

  /** Names of a server, the one learned last first. */
  namesOf(address: Address): string[] {
    return this.#names.namesOf(address);
  }

  /** Everything that is known and still good. */
  names(): LearnedName[] {
    return this.#names.all();
  }

  status(): LearningStatus {
    return { mode: this.mode, problem: this.#problem, addresses: this.#names.size, counts: { ...this.#counts } };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    if (this.#worker !== null) await endWorker(this.#worker, () => this.#post({ type: 'stop' }));
    const { signalFd, tapFd, setsFd, marksFd } = this.#descriptors;
    for (const fd of [signalFd, tapFd, setsFd, marksFd]) closeDescriptor(fd);
  }

  #launch(): void {
    const worker = new Worker(workerUrl, {
      name: 'learn',
      workerData: this.#descriptors,
      execArgv: workerOptions,
      resourceLimits,
    });
    this.#worker = worker;
    worker.on('message', (message: FromLearnThread) => this.#hear(message));
    worker.on('error', (error: Error) => {
      const message = `the learning thread failed and is started again: ${error.message}`;
      this.#failed(new PatronusError('internal', message, { cause: error }));
    });
    worker.on('exit', () => {
      this.#worker = null;
      if (!this.#stopping) this.#restart = setTimeout(() => this.#launch(), restartMs);
    });
    if (this.#plan !== null) this.#post({ type: 'configure', plan: this.#plan });
  }

  #hear(message: FromLearnThread): void {
    if (message.type === 'trouble') {
      this.#problem = message.message;
      return;
    }
    this.#counts = message.counts;
    for (const { address, names, ttlSec } of message.news) this.#names.learn(address, names, ttlSec);
  }

  #post(message: ToLearnThread): void {
    this.#worker?.postMessage(message);
    this.#signal.raise();
  }
}
