import { spawn } from 'node:child_process';
import { PatronusError } from '@patronus/core';

/** One run of a program. Arguments are visible to everyone on the machine: secrets go through files or standard input. */
export interface Command {
  readonly tool: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  /**
   * Set for a tool that opens /dev/stdin by name: the standard input that Node gives to a child is a socket, which
   * cannot be opened so.
   */
  readonly stdinByName?: boolean;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs programs and answers what they print. */
export interface CommandRunner {
  /**
   * @throws PatronusError `missing_tool`, `command_failed` (facts: command, exitCode, stderr) or `command_timeout`;
   * the message shows what was run and what it said.
   */
  run(command: Command): Promise<string>;
}

/**
 * Long enough for `nft` with thousands of prefixes on an emulated machine, short enough that a hanging tool is found out
 * while somebody still waits for it.
 */
const defaultTimeoutMs = 20_000;
/** A kernel with 100,000 routes prints about 15 MB. */
const maxOutputBytes = 64 * 1024 * 1024;

/** Debian's package of each tool that is run. */
const packages: Readonly<Record<string, string>> = {
  bridge: 'iproute2',
  chrt: 'util-linux',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  ip: 'iproute2',
  iperf3: 'iperf3',
  nft: 'nftables',
  nsenter: 'util-linux',
  pg_dump: 'postgresql-client',
  pg_restore: 'postgresql-client',
  ping: 'iputils-ping',
  tc: 'iproute2',
  tcpdump: 'tcpdump',
  unshare: 'util-linux',
  vde_plug: 'vde2',
  vde_switch: 'vde2',
  wg: 'wireguard-tools',
  wirefilter: 'vde2',
  'wireguard-go': 'wireguard-go',
};

export const debianPackage = (tool: string): string => packages[tool] ?? tool;

/** Runs real programs, each in a process group of its own that is killed as a whole when the time is over. */
export class SystemCommandRunner implements CommandRunner {
  run(command: Command): Promise<string> {
    return new Promise((resolve, reject) => {
      const [file, ...args] = command.stdinByName === true ? throughPipe(command) : [command.tool, ...command.args];
      const child = spawn(file!, args, { detached: true, stdio: 'pipe', env: { ...searchPath(), ...command.env } });
      const out: Buffer[] = [];
      let stderr = '';
      let size = 0;
      let overdue = false;
      const limit = command.timeoutMs ?? defaultTimeoutMs;
      const kill = (): void => {
        if (child.pid !== undefined) killGroup(child.pid);
      };
      const timer = setTimeout(() => {
        overdue = true;
        kill();
      }, limit);
      child.stdout.on('data', (chunk: Buffer) => {
        out.push(chunk);
        size += chunk.length;
        if (size > maxOutputBytes) kill();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        if (stderr.length < maxStderrLength) stderr += chunk.toString();
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(command.stdin ?? '');
      child.on('error', (cause) => {
        clearTimeout(timer);
        reject(startError(command, cause));
      });
      child.on('close', (exitCode, signal) => {
        clearTimeout(timer);
        if (overdue) reject(timeoutError(command, limit, stderr));
        else if (command.stdinByName === true && notFoundStatuses.includes(exitCode)) reject(missingTool(command.tool));
        else if (exitCode !== 0) reject(failure(command, exitCode, signal, stderr));
        else resolve(Buffer.concat(out).toString());
      });
    });
  }
}

/** What a failing tool says first is what matters; nft repeats itself for every line of a long batch. */
const maxStderrLength = 16_384;
const shownStderrLength = 600;

const throughPipe = ({ tool, args }: Command): string[] => ['/bin/sh', '-c', 'cat | exec "$@"', 'sh', tool, ...args];

/** Ordinary users' paths often leave out the directories where network tools live. */
const searchPath = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group ended by itself
  }
}

const textOf = ({ tool, args }: Command): string => [tool, ...args].join(' ');

/** The system says EACCES instead of ENOENT when PATH names a folder that this user may not search. */
const notFoundCodes: readonly unknown[] = ['ENOENT', 'EACCES'];
/** The same from a shell. */
const notFoundStatuses: readonly unknown[] = [127, 126];

function startError(command: Command, cause: Error): PatronusError {
  if ('code' in cause && notFoundCodes.includes(cause.code)) return missingTool(command.tool, cause);
  return new PatronusError('command_failed', `"${textOf(command)}" could not be started: ${cause.message}`, { cause });
}

const missingTool = (tool: string, cause?: Error): PatronusError =>
  new PatronusError('missing_tool', `${tool} is not installed; on Debian: apt install ${debianPackage(tool)}`, {
    cause,
    facts: { tool, package: debianPackage(tool) },
  });

const timeoutError = (command: Command, limitMs: number, stderr: string): PatronusError =>
  new PatronusError('command_timeout', `"${textOf(command)}" did not end within ${limitMs} ms and was killed`, {
    facts: { command: textOf(command), stderr },
  });

function failure(command: Command, exitCode: number | null, signal: string | null, stderr: string): PatronusError {
  const said = stderr.trim().slice(0, shownStderrLength) || 'nothing';
  const end = exitCode === null ? `was ended by ${signal}` : `failed with status ${exitCode}`;
  return new PatronusError('command_failed', `"${textOf(command)}" ${end} and said: ${said}`, {
    facts: { command: textOf(command), exitCode, stderr },
  });
}
