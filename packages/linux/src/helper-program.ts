import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface HelperListener {
  /** A line of its standard output. */
  line(text: string): void;
  /** It ended, by itself or by {@link HelperProgram.stop}; `reason` says how, with the last that it said of errors. */
  ended(reason: string): void;
}

/** A helper that does not end when its standard input does is stuck. */
const stopTimeoutMs = 2_000;
const maxSaid = 500;
/** One that says more without ending a line has gone wrong, and is killed rather than believed. */
const maxLine = 65_536;

/** A program of ours in a process of its own, so that what makes it fail does not make its caller fail. It ends with its caller. */
export class HelperProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  /**
   * `script` is a module beside the caller's, `.ts` in sources and `.js` when built; the descriptors become 3 and following
   * in it. `maxHeapMb` bounds what is garbage collected.
   */
  constructor(script: URL, options: { fds: readonly number[]; maxHeapMb: number }, listener: HelperListener) {
    const file = fileURLToPath(script);
    const conditions = file.endsWith('.ts') ? ['--conditions=patronus-source'] : [];
    const child = spawn(process.execPath, [`--max-old-space-size=${options.maxHeapMb}`, ...conditions, file], {
      stdio: ['pipe', 'pipe', 'pipe', ...options.fds],
      detached: true,
      env: {},
      cwd: '/',
    });
    this.#child = child;
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said = `${said}${String(chunk)}`.slice(-maxSaid)));
    child.stdin!.on('error', () => undefined);
    let begun = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${begun}${chunk}`.split('\n');
      begun = lines.pop()!;
      for (const line of lines) listener.line(line);
      if (begun.length > maxLine) child.kill('SIGKILL');
    });
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        const last = said.trim().split('\n').at(-1) ?? '';
        listener.ended(last === '' ? how : `${how}: ${last}`);
        resolve();
      };
      child.once('error', (error) => end(`could not start: ${error.message}`));
      child.once('close', (code, signal) => end(signal === null ? `ended with status ${code}` : `ended by ${signal}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Closes its standard input, by which it ends; kills it where it does not. */
  async stop(): Promise<void> {
    this.#child.stdin!.end();
    const stuck = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs);
    await this.#ended;
    clearTimeout(stuck);
  }
}
