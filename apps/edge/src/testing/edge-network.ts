import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SystemCommandRunner, type Command } from '@patronus/linux';
import { edgeStatus, type EdgeStatus } from '../status/index.ts';

/**
 * Two edges with a LAN host each, two lines, and a provider in between that also leads to the controller:
 *
 *     host 0 ── lan0 · edge 0 · wan0 ──┐  line 0: 192.0.2.0/24      ┌── wan0 · edge 1 · lan0 ── host 1
 *     10.0.0.2         .1     · wan1 ──┤  line 1: 198.51.100.0/24   ├── wan1 ·   .2          10.1.0.2
 *                                      └── provider (.254 on both) ─┘
 *                                          203.0.113.1:8443 → Unix socket of the controller
 */
export class EdgeNetwork {
  readonly edges: readonly [NetworkEdge, NetworkEdge];
  readonly directory = mkdtempSync(join(tmpdir(), 'patronus-edges-'));
  /** Where a controller is to listen: that of a real one whose data directory this is. */
  readonly controllerSocket = join(this.directory, 'edge.sock');
  readonly controllerUrl = 'https://203.0.113.1:8443';
  readonly provider: string;
  private relay: ChildProcess | null = null;

  private constructor() {
    const prefix = `pt${randomBytes(3).toString('hex')}`;
    this.provider = `${prefix}p`;
    const edge = (index: number): NetworkEdge =>
      new NetworkEdge(`${prefix}e${index}`, `${prefix}h${index}`, this.directory);
    this.edges = [edge(0), edge(1)];
  }

  static async create(): Promise<EdgeNetwork> {
    const network = new EdgeNetwork();
    try {
      await network.build();
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  /** Drops silently, both ways, what passes between an edge and a line; `false` heals it. */
  async blackout(edge: 0 | 1, line: 0 | 1, on: boolean): Promise<void> {
    const device = `wan${line}`;
    const table = `table netdev dark${line}`;
    const rules = `${table} {
      chain in { type filter hook ingress device ${device} priority 0; policy drop; }
      chain out { type filter hook egress device ${device} priority 0; policy drop; }
    }`;
    await inNamespace(this.edges[edge].namespace, 'nft', on ? rules : `delete ${table}`);
  }

  /** Also after a failure: ends every process that still runs in the namespaces, then removes these. */
  async remove(): Promise<void> {
    this.relay?.kill('SIGKILL');
    for (const edge of this.edges) edge.release();
    for (const name of [this.provider, ...this.edges.flatMap((edge) => [edge.namespace, edge.host])]) {
      const pids = await run({ tool: 'ip', args: ['netns', 'pids', name] }).catch(() => '');
      for (const pid of pids.split('\n').filter(Boolean)) killIfAlive(Number(pid));
      await run({ tool: 'ip', args: ['netns', 'delete', name] }).catch(() => undefined);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async build(): Promise<void> {
    await addNamespace(this.provider);
    const provider = (...args: string[]): Promise<string> => run({ tool: 'ip', args: ['-n', this.provider, ...args] });
    await inNamespace(this.provider, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    await provider('address', 'add', '203.0.113.1/32', 'dev', 'lo');
    for (const [line, net] of ['192.0.2', '198.51.100'].entries()) {
      await provider('link', 'add', `line${line}`, 'type', 'bridge');
      await provider('address', 'add', `${net}.254/24`, 'dev', `line${line}`);
      await provider('link', 'set', `line${line}`, 'up');
    }
    for (const [index, edge] of this.edges.entries()) await this.buildEdge(index, edge);
    this.startRelay();
  }

  private async buildEdge(index: number, edge: NetworkEdge): Promise<void> {
    await addNamespace(edge.namespace);
    await addNamespace(edge.host);
    const onEdge = (...args: string[]): Promise<string> => run({ tool: 'ip', args: ['-n', edge.namespace, ...args] });
    for (const [line, net] of ['192.0.2', '198.51.100'].entries()) {
      await connect([edge.namespace, `wan${line}`], [this.provider, `line${line}e${index}`]);
      const master = ['link', 'set', `line${line}e${index}`, 'master', `line${line}`];
      await run({ tool: 'ip', args: ['-n', this.provider, ...master] });
      await onEdge('address', 'add', `${net}.${index + 1}/24`, 'dev', `wan${line}`);
      await onEdge('route', 'add', 'default', 'via', `${net}.254`, 'metric', String(100 + line));
    }
    await connect([edge.namespace, 'lan0'], [edge.host, 'lan0']);
    await onEdge('address', 'add', `10.${index}.0.1/24`, 'dev', 'lan0');
    await run({ tool: 'ip', args: ['-n', edge.host, 'address', 'add', `10.${index}.0.2/24`, 'dev', 'lan0'] });
    await run({ tool: 'ip', args: ['-n', edge.host, 'route', 'add', 'default', 'via', `10.${index}.0.1`] });
    await edge.hold();
  }

  private startRelay(): void {
    const script = `const net = require('node:net');
      net.createServer((a) => { const b = net.connect(${JSON.stringify(this.controllerSocket)});
        for (const [from, to] of [[a, b], [b, a]]) { from.pipe(to); from.on('error', () => to.destroy()); }
      }).listen(8443, '0.0.0.0');`;
    const args = ['netns', 'exec', this.provider, process.execPath, '-e', script];
    this.relay = spawn('ip', args, { stdio: 'inherit' });
  }
}

/** One edge machine: its programs share a mount namespace with a /run/wireguard of their own, as on a real machine. */
export class NetworkEdge {
  readonly namespace: string;
  readonly host: string;
  readonly stateDir: string;
  private readonly logFile: string;
  private holder: ChildProcess | null = null;
  private program: ChildProcess | null = null;

  constructor(namespace: string, host: string, directory: string) {
    this.namespace = namespace;
    this.host = host;
    this.stateDir = join(directory, namespace);
    this.logFile = join(directory, `${namespace}.log`);
  }

  async hold(): Promise<void> {
    const inside =
      'mkdir -p /run/wireguard && mount -t tmpfs tmpfs /run/wireguard && echo ready && exec sleep infinity';
    const args = ['netns', 'exec', this.namespace, 'unshare', '-m', 'sh', '-c', inside];
    this.holder = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(this.holder.stdout!, 'data');
  }

  release(): void {
    this.program?.kill('SIGKILL');
    this.holder?.kill('SIGKILL');
  }

  /** Rejects with what the program said. */
  join(url: string, key: string, stateDir = this.stateDir): Promise<void> {
    return this.finish(this.launch(['join', stateDir, url, key]));
  }

  clean(): Promise<void> {
    return this.finish(this.launch(['clean', this.stateDir]));
  }

  /** Starts the edge; resolves when it runs. */
  async start(): Promise<void> {
    this.program = this.launch(['run', this.stateDir]);
    const started = await Promise.race([
      once(this.program.stdout!, 'data').then(() => true),
      once(this.program, 'exit').then(() => false),
    ]);
    if (!started) throw new Error(`the edge in ${this.namespace} did not start, see ${this.logFile}`);
  }

  /** Ends the edge as a crash does. */
  async kill(): Promise<void> {
    const exit = once(this.program!, 'exit');
    this.program!.kill('SIGKILL');
    await exit;
  }

  async stop(): Promise<void> {
    const exit = once(this.program!, 'exit');
    this.program!.kill('SIGTERM');
    await exit;
  }

  /** Stops the edge's process, and not its tunnels, as a machine does that is short of time or memory. */
  pause(): void {
    this.program!.kill('SIGSTOP');
  }

  resume(): void {
    this.program!.kill('SIGCONT');
  }

  status(): Promise<EdgeStatus> {
    return edgeStatus({ stateDir: this.stateDir });
  }

  /** Runs a program in the network namespace of the edge. */
  run(tool: string, ...args: string[]): Promise<string> {
    return inNamespace(this.namespace, tool, ...args);
  }

  runOnHost(tool: string, ...args: string[]): Promise<string> {
    return inNamespace(this.host, tool, ...args);
  }

  private launch(args: readonly string[]): ChildProcess {
    const script = fileURLToPath(new URL('./edge-process.ts', import.meta.url));
    const node = [process.execPath, '--conditions=patronus-source', script, ...args];
    const enter = ['-t', String(this.holder!.pid), '-m', '-n', '--', ...node];
    return spawn('nsenter', enter, { stdio: ['ignore', 'pipe', openSync(this.logFile, 'a')] });
  }

  private async finish(program: ChildProcess): Promise<void> {
    const [code] = (await once(program, 'exit')) as [number | null];
    if (code !== 0) throw new Error(readFileSync(this.logFile, 'utf8').trimEnd().split('\n').at(-1));
  }
}

/** Generous: these also run on an emulated machine. */
const limitMs = 60_000;

const run = (command: Command): Promise<string> => new SystemCommandRunner().run({ timeoutMs: limitMs, ...command });

const inNamespace = (namespace: string, tool: string, ...args: string[]): Promise<string> =>
  run({ tool: 'ip', args: ['netns', 'exec', namespace, tool, ...args] });

async function addNamespace(name: string): Promise<void> {
  await run({ tool: 'ip', args: ['netns', 'add', name] });
  await run({ tool: 'ip', args: ['-n', name, 'link', 'set', 'lo', 'up'] });
}

async function connect([nameA, deviceA]: [string, string], [nameB, deviceB]: [string, string]): Promise<void> {
  const peer = ['type', 'veth', 'peer', 'name', deviceB, 'netns', nameB];
  await run({ tool: 'ip', args: ['-n', nameA, 'link', 'add', deviceA, ...peer] });
  await run({ tool: 'ip', args: ['-n', nameA, 'link', 'set', deviceA, 'up'] });
  await run({ tool: 'ip', args: ['-n', nameB, 'link', 'set', deviceB, 'up'] });
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
