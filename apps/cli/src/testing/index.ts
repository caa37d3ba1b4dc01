/** What the tests of this room share: a controller of their own, and the command line run against it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCli } from '../run-cli.ts';
import type { Terminal } from '../terminal.ts';

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line with its own home directory; nothing of this user's is read or written. */
export async function runPatronus(
  home: string,
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>;
    readonly stdin?: string;
    /** Called with all of standard output so far. */
    readonly onOutput?: (out: string) => void;
  } = {},
): Promise<Ran> {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    env: { XDG_CONFIG_HOME: home, ...options.env },
    cwd: home,
    stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]),
    stdout: {
      write: (text) => {
        written.out += text;
        options.onOutput?.(written.out);
      },
    },
    stderr: { write: (text) => (written.err += text) },
  };
  return { exitCode: await runCli(args, terminal), ...written };
}

export interface TestController {
  readonly url: string;
  readonly setupUrl: string | null;
  readonly home: string;
  /** Stops it, does something, and starts it again on the same data and ports. */
  whileStopped(work: () => Promise<void>): Promise<void>;
  patronus(args: readonly string[], options?: { stdin?: string; onOutput?: (out: string) => void }): Promise<Ran>;
  stop(): Promise<void>;
}

/** A real controller on free ports, with data that `stop` removes. */
export async function startTestController(env: Readonly<Record<string, string>> = {}): Promise<TestController> {
  const { loadControllerSettings, startController } = await import('@patronus/controller');
  const home = mkdtempSync(join(tmpdir(), 'patronus-cli-'));
  const dataDir = join(home, 'data');
  const start = (port: number, edgePort: number) =>
    startController(loadControllerSettings({ env, flags: { port, edgePort, dataDir } }));
  let running = await start(0, 0);
  const [url, edgeUrl] = [running.httpUrl, running.edgeUrl];
  return {
    url,
    setupUrl: running.setupUrl,
    home,
    whileStopped: async (work) => {
      await running.stop();
      await work();
      running = await start(Number(new URL(url).port), Number(new URL(edgeUrl).port));
    },
    patronus: (args, options = {}) => runPatronus(home, args, { ...options, env: { PATRONUS_DATA: dataDir } }),
    stop: async () => {
      await running.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until a condition holds; fails with its name at the deadline. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
