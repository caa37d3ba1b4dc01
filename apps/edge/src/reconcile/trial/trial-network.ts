import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { PatronusError, type ErrorCode } from '@patronus/core';
import { SystemCommandRunner, type Command } from '@patronus/linux';
import type {
  Kernel,
  LocalFacts,
  ObservedCopies,
  ObservedCounter,
  ObservedFarEnd,
  ObservedFlow,
  ObservedQueue,
  ObservedState,
  ObservedTraffic,
  SteeringDecision,
} from '@patronus/netconf';
import type { PolicyCounter, SiteDocument } from '@patronus/protocol';
import type { AppliedReport } from '../kernel-reconciler.ts';
import type { ReconcilerAnswer, ReconcilerRequest } from './reconciler-process.ts';

/**
 * Two edges with a LAN host each, and two lines between them:
 *
 *     host 0 ── lan0 · edge 0 · wan0 ═════ wan0 · edge 1 · lan0 ── host 1
 *     10.0.0.2   10.0.0.1     · wan1 ═════ wan1 ·   10.1.0.1    10.1.0.2
 *
 * Line k is 192.0.2.0/24 or 198.51.100.0/24; edge e has the address ending in e + 1. The LANs also speak IPv6 in
 * 2001:db8:e::/48. Each edge runs in a mount namespace with its own /run/wireguard.
 */
export class TrialNetwork {
  readonly edges: readonly [TrialEdge, TrialEdge];
  readonly #names: readonly string[];
  readonly #directory: string;

  private constructor(prefix: string) {
    this.#directory = mkdtempSync(path.join(tmpdir(), 'patronus-trial-'));
    this.edges = [0, 1].map(
      (index) => new TrialEdge(`${prefix}e${index}`, `${prefix}h${index}`, path.join(this.#directory, `edge${index}`)),
    ) as [TrialEdge, TrialEdge];
    this.#names = this.edges.flatMap(({ namespace, host }) => [namespace, host]);
  }

  static async create(): Promise<TrialNetwork> {
    const network = new TrialNetwork(`pt${randomBytes(3).toString('hex')}`);
    try {
      await network.#build();
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  /**
   * Makes a line slow from edge 0 to edge 1, as a provider does behind its modem: a queue of `bufferMs` for everybody, whatever
   * a packet is for. Ethernet frames count.
   */
  async limitLine(line: 0 | 1, rateBps: number, bufferMs: number): Promise<void> {
    const [, far] = this.edges;
    const name = `prov${line}`;
    const program = '1,6 0 0 4294967295';
    const limit = Math.round((rateBps * bufferMs) / 8_000);
    await far.run('ip', 'link', 'add', name, 'type', 'ifb');
    await far.run('ip', 'link', 'set', name, 'up');
    const tbf = ['tbf', 'rate', `${rateBps}bit`, 'burst', '3000b', 'limit', `${limit}b`];
    await far.run('tc', 'qdisc', 'add', 'dev', name, 'root', ...tbf);
    await far.run('tc', 'qdisc', 'replace', 'dev', `wan${line}`, 'clsact');
    const filter = ['filter', 'add', 'dev', `wan${line}`, 'ingress', 'pref', '90', 'protocol', 'all'];
    const redirect = ['action', 'mirred', 'egress', 'redirect', 'dev', name];
    await far.run('tc', ...filter, 'bpf', 'bytecode', program, ...redirect);
  }

  /** Also after a failure: ends every process that still runs in the namespaces, then removes these. */
  async remove(): Promise<void> {
    for (const edge of this.edges) edge.stop();
    for (const name of this.#names) {
      const pids = await run({ tool: 'ip', args: ['netns', 'pids', name] }).catch(() => '');
      for (const pid of pids.split('\n').filter(Boolean)) kill(Number(pid));
      await run({ tool: 'ip', args: ['netns', 'delete', name] }).catch(() => undefined);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #build(): Promise<void> {
    for (const name of this.#names) {
      await run({ tool: 'ip', args: ['netns', 'add', name] });
      await run({ tool: 'ip', args: ['-n', name, 'link', 'set', 'lo', 'up'] });
    }
    const [first, second] = this.edges;
    for (const line of [0, 1]) {
      await connect([first.namespace, `wan${line}`], [second.namespace, `wan${line}`]);
      for (const [index, edge] of this.edges.entries()) {
        const address = `${['192.0.2', '198.51.100'][line]}.${index + 1}/24`;
        await run({ tool: 'ip', args: ['-n', edge.namespace, 'address', 'add', address, 'dev', `wan${line}`] });
      }
    }
    for (const [index, edge] of this.edges.entries()) {
      await connect([edge.namespace, 'lan0'], [edge.host, 'lan0']);
      const commands: [string, string[]][] = [
        [edge.namespace, ['address', 'add', `10.${index}.0.1/24`, 'dev', 'lan0']],
        [edge.namespace, ['address', 'add', `2001:db8:${index}::1/64`, 'dev', 'lan0', 'nodad']],
        [edge.host, ['address', 'add', `10.${index}.0.2/24`, 'dev', 'lan0']],
        [edge.host, ['address', 'add', `2001:db8:${index}::2/64`, 'dev', 'lan0', 'nodad']],
        [edge.host, ['route', 'add', 'default', 'via', `10.${index}.0.1`]],
        [edge.host, ['route', 'add', 'default', 'via', `2001:db8:${index}::1`]],
      ];
      for (const [name, args] of commands) await run({ tool: 'ip', args: ['-n', name, ...args] });
      edge.start();
    }
  }
}

/** One edge: its reconciler runs as a process in its namespace. */
export class TrialEdge {
  readonly namespace: string;
  readonly host: string;
  readonly stateDir: string;
  #process: { readonly child: ChildProcessWithoutNullStreams; readonly lines: AsyncIterator<string> } | null = null;

  constructor(namespace: string, host: string, stateDir: string) {
    this.namespace = namespace;
    this.host = host;
    this.stateDir = stateDir;
  }

  start(): void {
    const source = import.meta.filename.endsWith('.ts');
    const script = path.join(import.meta.dirname, source ? 'reconciler-process.ts' : 'reconciler-process.js');
    const inside = 'mkdir -p /run/wireguard && mount -t tmpfs tmpfs /run/wireguard && exec "$@"';
    const node = [process.execPath, ...(source ? ['--conditions=patronus-source'] : []), script, this.stateDir];
    const args = ['netns', 'exec', this.namespace, 'unshare', '-m', 'sh', '-c', inside, 'sh', ...node];
    const child = spawn('ip', args, {
      stdio: ['pipe', 'pipe', 'inherit'],
    }) as unknown as ChildProcessWithoutNullStreams;
    const lines: Interface = createInterface({ input: child.stdout });
    this.#process = { child, lines: lines[Symbol.asyncIterator]() };
  }

  stop(): void {
    this.#process?.child.kill('SIGKILL');
    this.#process = null;
  }

  /** `learning` as the edge of a running program has it; without, names are not learned. */
  apply(
    document: SiteDocument,
    decisions: readonly SteeringDecision[] = [],
    learning?: LocalFacts['learning'],
  ): Promise<AppliedReport> {
    const request = { do: 'apply', document, decisions, ...(learning === undefined ? {} : { learning }) } as const;
    return this.#ask(request) as Promise<AppliedReport>;
  }

  /**
   * Applies a document with a reconciler that is killed at some moment of its work, the first being 1, and starts another one;
   * whether it got that far.
   */
  async dieApplying(
    moment: number,
    document: SiteDocument,
    decisions: readonly SteeringDecision[] = [],
  ): Promise<boolean> {
    await this.#ask({ do: 'dieAt', moment });
    const died = await this.apply(document, decisions).then(
      () => false,
      (error: unknown) => {
        if (error instanceof PatronusError) throw error;
        return true;
      },
    );
    if (!died) {
      await this.#ask({ do: 'dieAt', moment: 0 });
      return false;
    }
    this.stop();
    this.start();
    return true;
  }

  /** What an edge does with its last good document when it starts. */
  adopt(document: SiteDocument, decisions: readonly SteeringDecision[] = []): Promise<AppliedReport> {
    return this.#ask({ do: 'adopt', document, decisions }) as Promise<AppliedReport>;
  }

  repair(): Promise<AppliedReport | null> {
    return this.#ask({ do: 'repair' }) as Promise<AppliedReport | null>;
  }

  /** Does what steering does for a policy that duplicates; null for one path. False where the kernel has no such programs. */
  async copyOver(forwardingClass: number, siteIndex: number, tunnels: [string, string] | null): Promise<boolean> {
    return (await this.#ask({ do: 'copyOver', class: forwardingClass, siteIndex, tunnels })) === true;
  }

  async clean(): Promise<void> {
    await this.#ask({ do: 'clean' });
  }

  tunnelKeys(): Promise<Record<string, string>> {
    return this.#ask({ do: 'tunnelKeys' }) as Promise<Record<string, string>>;
  }

  policyCounters(): Promise<PolicyCounter[]> {
    return this.#ask({ do: 'policyCounters' }) as Promise<PolicyCounter[]>;
  }

  /** The kernel of the edge's namespaces, without a reconciler. */
  kernel(): Kernel {
    return {
      observe: (sysctls) => this.#ask({ do: 'observe', sysctls }) as Promise<ObservedState>,
      execute: async (step) => {
        await this.#ask({ do: 'execute', step });
      },
      counters: () => this.#ask({ do: 'counters' }) as Promise<ObservedCounter[]>,
      copies: () => this.#ask({ do: 'copies' }) as Promise<ObservedCopies[]>,
      flows: () => this.#ask({ do: 'flows' }) as Promise<ObservedFlow[] | null>,
      traffic: () => this.#ask({ do: 'traffic' }) as Promise<ObservedTraffic[]>,
      farEnds: () => this.#ask({ do: 'farEnds' }) as Promise<ObservedFarEnd[]>,
      queues: () => this.#ask({ do: 'queues' }) as Promise<ObservedQueue[]>,
    };
  }

  keyOf(tunnel: string): Promise<string> {
    return this.#ask({ do: 'keyOf', tunnel }) as Promise<string>;
  }

  /** Runs a program in the edge's network namespace (not in its mount namespace). */
  run(tool: string, ...args: string[]): Promise<string> {
    return inNamespace(this.namespace, { tool, args });
  }

  /** Runs a program on the LAN host. */
  runOnHost(tool: string, ...args: string[]): Promise<string> {
    return inNamespace(this.host, { tool, args });
  }

  async #ask(request: ReconcilerRequest): Promise<unknown> {
    if (this.#process === null) throw new TypeError('the edge does not run');
    this.#process.child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#process.lines.next();
    if (line.done === true) throw new Error(`the reconciler in ${this.namespace} ended`);
    const answer = JSON.parse(line.value) as ReconcilerAnswer;
    if ('value' in answer) return answer.value;
    throw new PatronusError(answer.error.code as ErrorCode, answer.error.message);
  }
}

/** Generous: these also run on an emulated machine. */
const limitMs = 110_000;

const run = (command: Command): Promise<string> => new SystemCommandRunner().run({ timeoutMs: limitMs, ...command });

const inNamespace = (namespace: string, { tool, args }: Command): Promise<string> =>
  run({ tool: 'ip', args: ['netns', 'exec', namespace, tool, ...args] });

async function connect([nameA, deviceA]: [string, string], [nameB, deviceB]: [string, string]): Promise<void> {
  const peer = ['type', 'veth', 'peer', 'name', deviceB, 'netns', nameB];
  await run({ tool: 'ip', args: ['-n', nameA, 'link', 'add', deviceA, ...peer] });
  await run({ tool: 'ip', args: ['-n', nameA, 'link', 'set', deviceA, 'up'] });
  await run({ tool: 'ip', args: ['-n', nameB, 'link', 'set', deviceB, 'up'] });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
