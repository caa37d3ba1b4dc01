import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PatronusError } from '@patronus/core';
import { nodeArguments } from '../machine/index.ts';
import type { LiveFigures, TrafficEnds, TrafficMessage, TrafficOptions } from './roles.ts';

/** Two cores start a Node program within a second; with much else to do they have been seen to need 15. */
const readyWithinMs = 60_000;
/** The slowest role waits 5 s for a connection to close. */
const endWithinMs = 10_000;
const errorTextBytes = 2000;

/** A traffic program that runs in some LAN host. */
export class TrafficProcess<Options extends TrafficOptions> {
  readonly #child: ChildProcess;
  readonly #role: string;
  readonly #ready = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<TrafficEnds[Options['role']]>();
  #errorText = '';

  private constructor(child: ChildProcess, role: string, onLive: (figures: LiveFigures) => void) {
    this.#child = child;
    this.#role = role;
    this.#end.promise.catch(() => undefined);
    child.stderr!.on(
      'data',
      (data: Buffer) => (this.#errorText = (this.#errorText + data.toString()).slice(-errorTextBytes)),
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = JSON.parse(line) as TrafficMessage;
      if (message.type === 'ready') this.#ready.resolve();
      else if (message.type === 'live') onLive(message.figures);
      else this.#end.resolve(message.end as TrafficEnds[Options['role']]);
    });
    child.once('error', (cause) =>
      this.#fail(new PatronusError('command_failed', `${role}: ${cause.message}`, { cause })),
    );
    child.once('close', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      this.#fail(new PatronusError('command_failed', `${role} ended by itself (${how}): ${this.#errorText.trim()}`));
    });
  }

  /**
   * Starts the program and waits until it listens or sends. `run` starts a command with pipes for all of its standard
   * streams, in the right network namespace.
   */
  static async start<Options extends TrafficOptions>(
    run: (argv: readonly string[]) => ChildProcess,
    options: Options,
    onLive: (figures: LiveFigures) => void = () => undefined,
  ): Promise<TrafficProcess<Options>> {
    const program = new TrafficProcess<Options>(run(trafficCommand(options)), options.role, onLive);
    try {
      await program.#within(program.#ready.promise, readyWithinMs, 'was not ready');
    } catch (error) {
      program.#child.kill('SIGKILL');
      throw error;
    }
    return program;
  }

  /** Lets it end and returns what it says last. */
  async stop(): Promise<TrafficEnds[Options['role']]> {
    this.#child.stdin!.end();
    try {
      return await this.#within(this.#end.promise, endWithinMs, 'did not end');
    } finally {
      this.#child.kill('SIGKILL');
    }
  }

  #fail(error: PatronusError): void {
    this.#ready.reject(error);
    this.#end.reject(error);
  }

  async #within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const text = `${this.#role} ${what} within ${ms / 1000} s: ${this.#errorText.trim()}`;
      timer = setTimeout(() => reject(new PatronusError('timeout', text)), ms);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The command that runs `main` beside this file, built or as source. */
const trafficCommand = (options: TrafficOptions): string[] => [
  ...nodeArguments(),
  fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url)),
  JSON.stringify(options),
];
