import { inspectionGroup, messageOf, PatronusError, systemClock } from '@patronus/core';
import { closeDescriptor, HelperProgram, PacketTap, ProtocolDetector } from '@patronus/linux';
import { InspectedServices, type Service } from './inspected-services.ts';
import { parseInspectorLine } from './inspector-line.ts';

/** Whether flows that nothing else tells are inspected here. */
export interface InspectionStatus {
  readonly on: boolean;
  /** Of nDPI; null while it is off. */
  readonly version: string | null;
  /** Why it is off, or how the inspector ended last; null where all is well. */
  readonly problem: string | null;
  /** Services whose application was found. */
  readonly services: number;
}

/** An inspector that ended is started again, the first time after the shorter pause: a packet that ends it may come again. */
const [minRestartMs, maxRestartMs] = [1_000, 300_000];
/** Its objects are few; the packets lie outside. */
const maxHeapMb = 48;

/** Runs from `dist` when built, from the sources in tests; both load beside this file, by the same ending. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './inspect-program.ts' : './inspect-program.js',
  import.meta.url,
);

/** Has flows inspected by a process of its own, which may fail: the edge goes on without, and starts another one. */
export class Inspection {
  readonly #services = new InspectedServices(systemClock);
  readonly #failed: (error: Error) => void;
  readonly #tap: PacketTap;
  #helper: HelperProgram | null = null;
  #version: string | null = null;
  #problem: string | null = null;
  #restart: NodeJS.Timeout | null = null;
  #restartMs = minRestartMs;
  #stopping = false;

  private constructor(failed: (error: Error) => void) {
    this.#failed = failed;
    this.#tap = PacketTap.open('copy', inspectionGroup);
    this.#launch();
  }

  /**
   * In the calling thread's network namespace; the edge does not wait for the inspector. `failed` is told when one died, which
   * is started again. Errors: `kernel_refused`; `unsupported_kernel` with the remedy where there is no nDPI that fits.
   */
  static start(failed: (error: Error) => void): Inspection {
    ProtocolDetector.require();
    return new Inspection(failed);
  }

  /** The application of a catalogue's that a service was found to be; null where none was. */
  applicationOf(service: Service): string | null {
    return this.#services.applicationOf(service);
  }

  status(): InspectionStatus {
    return {
      on: this.#version !== null,
      version: this.#version,
      problem: this.#problem,
      services: this.#services.size,
    };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    await this.#helper?.stop();
    closeDescriptor(this.#tap.fd);
  }

  #launch(): void {
    this.#helper = new HelperProgram(
      program,
      { fds: [this.#tap.fd], maxHeapMb },
      {
        line: (text) => {
          const line = parseInspectorLine(text);
          if (line?.type === 'found') this.#services.learn(line.finding);
          if (line?.type === 'ready') this.#version = line.version;
        },
        ended: (reason) => {
          this.#version = null;
          this.#helper = null;
          if (!this.#stopping) this.#again(reason);
        },
      },
    );
  }

  #again(reason: string): void {
    this.#problem = `the inspector of flows ${reason}; it is started again in ${this.#restartMs / 1000} s`;
    this.#failed(new PatronusError('internal', this.#problem));
    this.#restart = setTimeout(() => this.#launch(), this.#restartMs);
    this.#restartMs = Math.min(maxRestartMs, this.#restartMs * 2);
  }
}

/** What an edge tells that inspects nothing, and why. */
export const withoutInspection = (problem: unknown): InspectionStatus => ({
  on: false,
  version: null,
  problem: typeof problem === 'string' || problem === null ? problem : messageOf(problem),
  services: 0,
});
