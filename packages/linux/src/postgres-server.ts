import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';
import { SystemCommandRunner, type Command } from './command-runner.ts';

/** The only user of a server that was started here. */
const user = 'patronus';
/** initdb syncs half a thousand files where commits shall be durable. */
const initTimeoutMs = 120_000;
const startTimeoutMs = 30_000;
const stopTimeoutMs = 20_000;
const lookEveryMs = 20;

/** Where Debian keeps the programs of a server, of each version; other systems have them in the PATH. */
const debianRoot = '/usr/lib/postgresql';

/** The folder with `initdb` and `postgres`, of the newest version, or null where PostgreSQL is not installed. */
export function postgresPrograms(): string | null {
  const versions = existsSync(debianRoot) ? readdirSync(debianRoot).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debianRoot, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => isProgram(join(folder, name)))) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface PostgresServerOptions {
  /** Whether what is committed survives a power cut, as in operation; else it is faster. */
  readonly durable?: boolean;
}

/**
 * A PostgreSQL server of its own, for tests and benches: its data in a temporary directory, on a free port and a Unix socket.
 * It ends with the process that started it, however that ends. Run by root it runs as the user `postgres`, since PostgreSQL
 * refuses to be root.
 */
export class PostgresServer implements AsyncDisposable {
  /** What {@link tcpUrl} signs in with. */
  readonly password = randomBytes(12).toString('hex');
  readonly #programs: string;
  readonly #directory: string;
  readonly #port: number;
  readonly #settings: string[];
  #process: ChildProcess | null = null;

  private constructor(programs: string, port: number, { durable = false }: PostgresServerOptions) {
    this.#programs = programs;
    this.#directory = mkdtempSync(join(tmpdir(), 'patronus-postgres-'));
    this.#port = port;
    const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
    const settings = { max_connections: '300', ...(durable ? {} : unsafe) };
    this.#settings = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  /** Errors: `missing_tool` where PostgreSQL is not installed, `command_failed` with what the server said. */
  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const programs = postgresPrograms();
    if (programs === null) {
      throw new PatronusError('missing_tool', 'PostgreSQL is not installed; on Debian: apt install postgresql');
    }
    const server = new PostgresServer(programs, await freePort(), options);
    try {
      await server.#initialise(options);
      await server.run();
      return server;
    } catch (cause) {
      await server.stop();
      throw cause;
    }
  }

  /** By the Unix socket, which asks for no password. */
  url(database: string): string {
    return `postgres://${user}@${encodeURIComponent(this.#directory)}:${this.#port}/${database}`;
  }

  /** By TCP, with the password. */
  tcpUrl(database: string): string {
    return `postgres://${user}:${this.password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Makes a database without tables. */
  async makeDatabase(name: string): Promise<void> {
    const args = [`--host=${this.#directory}`, `--port=${this.#port}`, `--username=${user}`, name];
    await new SystemCommandRunner().run({ tool: join(this.#programs, 'createdb'), args });
  }

  /** Starts the server on its data, again or for the first time. */
  async run(): Promise<void> {
    const args = ['-D', this.#data, '-k', this.#directory, '-h', '127.0.0.1', '-p', String(this.#port)];
    const { tool, args: all } = asPostgres('SIGQUIT', join(this.#programs, 'postgres'), ...args, ...this.#settings);
    const child = spawn(tool, all, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
    this.#process = child;
    const deadline = performance.now() + startTimeoutMs;
    while (!existsSync(join(this.#directory, `.s.PGSQL.${this.#port}`)) || !/ready to accept/.test(said)) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new PatronusError('command_failed', `PostgreSQL did not start: ${said.trim()}`);
      }
      await delay(lookEveryMs);
    }
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get #data(): string {
    return join(this.#directory, 'data');
  }

  async #initialise({ durable = false }: PostgresServerOptions): Promise<void> {
    const passwordFile = join(this.#directory, 'password');
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    const runner = new SystemCommandRunner();
    if (isRoot) await runner.run({ tool: 'chown', args: ['-R', 'postgres:', this.#directory] });
    const args = ['-D', this.#data, '-U', user, '--encoding=UTF8', '--locale=C.UTF-8', `--pwfile=${passwordFile}`];
    const access = ['--auth-local=trust', '--auth-host=scram-sha-256', ...(durable ? [] : ['--no-sync'])];
    const command = asPostgres('SIGKILL', join(this.#programs, 'initdb'), ...args, ...access);
    await runner.run({ ...command, timeoutMs: initTimeoutMs });
  }

  /** Ends the server at once, without waiting for its clients; it recovers by its log when it runs again. */
  async halt(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGQUIT');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  }
}

const isRoot = process.getuid?.() === 0;

/** A command that gets this signal when its parent ends, by a user whom PostgreSQL accepts. */
function asPostgres(deathSignal: string, ...command: readonly string[]): Command {
  const become = isRoot ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  return { tool: 'setpriv', args: [...become, `--pdeathsig=${deathSignal}`, ...command] };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
