import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { messageOf, PatronusError } from '@patronus/core';
import { SystemCommandRunner, type CommandRunner } from '../command-runner.ts';
import { toolRemedy, tools, trials, type Trial } from './trials.ts';

export type FeatureState = 'ok' | 'limited' | 'missing';

/** One thing that a machine can do or not. `limited`: Patronus works without it, with less. */
export interface MachineFeature {
  readonly name: string;
  readonly state: FeatureState;
  /** What was found, or what the kernel said. */
  readonly detail: string;
  readonly purpose: string;
  /** How to get it; null where nothing is missing. */
  readonly remedy: string | null;
  /** What does not work without it; null where nothing is missing, or where it is the purpose. */
  readonly consequence: string | null;
}

export interface MachineReport {
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Whether an edge, and whether the lab, can run here as this user. */
  readonly canRunEdge: boolean;
  readonly canRunLab: boolean;
  readonly features: readonly MachineFeature[];
}

const trialLimitMs = 15_000;

/** Tries what Patronus needs, each thing for real in a network namespace that ends with the trial. */
export async function inspectMachine(runner: CommandRunner = new SystemCommandRunner()): Promise<MachineReport> {
  const found: MachineFeature[] = [];
  for (const tool of tools) found.push(await inspectTool(runner, tool));
  const scratch = await findScratch(runner);
  found.push(scratch.feature);
  if (scratch.enter !== null) {
    found.push(await inspectWireguard(runner, scratch.enter));
    for (const trial of trials) found.push(await performTrial(runner, scratch.enter, trial));
    found.push(await inspectConntrack(runner, scratch.enter));
    found.push(await inspectEbpf(runner, scratch.enter));
  }
  found.push(await inspectDetector(runner));
  found.push(await inspectPriority(runner));
  const works = (...names: string[]): boolean =>
    names.every((name) => found.some((feature) => feature.name === name && feature.state !== 'missing'));
  const core = works('ip', 'nft', 'wg', 'WireGuard', 'next-hop objects', 'policy routing', 'classification');
  return {
    kernel: release(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    canRunEdge: core && process.getuid?.() === 0,
    canRunLab: core && works('tc', 'network namespaces'),
    features: found,
  };
}

async function inspectTool(
  runner: CommandRunner,
  { name, purpose, version }: (typeof tools)[0],
): Promise<MachineFeature> {
  try {
    const text = await runner.run({ tool: name, args: version, timeoutMs: trialLimitMs });
    return { name, state: 'ok', detail: text.split('\n')[0]!.trim(), purpose, remedy: null, consequence: null };
  } catch (error) {
    return { name, state: 'missing', detail: messageOf(error), purpose, remedy: toolRemedy(name), consequence: null };
  }
}

interface Scratch {
  readonly feature: MachineFeature;
  /** Arguments of `unshare` that lead into a namespace of one's own; null where none can be had. */
  readonly enter: readonly string[] | null;
}

async function findScratch(runner: CommandRunner): Promise<Scratch> {
  const common = { name: 'network namespaces', purpose: 'the lab, and trying the rest of this list' };
  const ways = [
    { enter: ['-n', '-m'], state: 'ok', detail: 'as root' },
    { enter: ['-U', '-r', '-n', '-m'], state: 'ok', detail: 'in a user namespace, without root' },
  ] as const;
  let refusal = '';
  for (const { enter, state, detail } of ways) {
    try {
      await runner.run({ tool: 'unshare', args: [...enter, 'true'], timeoutMs: trialLimitMs });
      return { feature: { ...common, state, detail, remedy: null, consequence: null }, enter };
    } catch (error) {
      refusal = messageOf(error);
    }
  }
  const remedy = 'run as root, or allow user namespaces: sysctl kernel.unprivileged_userns_clone=1';
  return {
    feature: { ...common, state: 'missing', detail: refusal, remedy, consequence: 'the rest is not tried' },
    enter: null,
  };
}

async function performTrial(runner: CommandRunner, enter: readonly string[], trial: Trial): Promise<MachineFeature> {
  const { name, purpose, remedy, consequence, otherwise } = trial;
  const refusal = await attempt(runner, enter, trial.script);
  if (refusal === null) return { name, state: 'ok', detail: 'works', purpose, remedy: null, consequence: null };
  return { name, state: otherwise, detail: refusal, purpose, remedy, consequence };
}

async function inspectWireguard(runner: CommandRunner, enter: readonly string[]): Promise<MachineFeature> {
  const common = { name: 'WireGuard', purpose: 'the tunnels between sites' };
  const inKernel = await attempt(runner, enter, 'ip link add ptx0 type wireguard');
  if (inKernel === null) return { ...common, state: 'ok', detail: 'in the kernel', remedy: null, consequence: null };
  const userspace =
    'mount -t tmpfs tmpfs /run && unset WG_PROCESS_FOREGROUND LOG_LEVEL && wireguard-go ptx0 >&2 && ip link delete ptx0';
  const refusal = await attempt(runner, enter, userspace);
  const remedy = 'load the kernel module wireguard';
  if (refusal === null)
    return {
      ...common,
      state: 'limited',
      detail: 'in userspace, by wireguard-go',
      remedy,
      consequence: 'tunnels carry less, and their outer packets no code point',
    };
  return {
    ...common,
    state: 'missing',
    detail: refusal,
    remedy: `${remedy}, or ${toolRemedy('wireguard-go')}`,
    consequence: 'no edge runs',
  };
}

/** Flows keep their class in the conntrack entry, so the table must not be tiny. */
async function inspectConntrack(runner: CommandRunner, enter: readonly string[]): Promise<MachineFeature> {
  const common = { name: 'connection tracking', purpose: 'keeping a flow in its class' };
  const script =
    'nft "add table inet ptx; add chain inet ptx c { type filter hook prerouting priority 0; }; add rule inet ptx c ct state new accept" && cat /proc/sys/net/netfilter/nf_conntrack_max';
  try {
    const text = await runner.run({ tool: 'unshare', args: [...enter, 'sh', '-c', script], timeoutMs: trialLimitMs });
    return { ...common, state: 'ok', detail: `up to ${text.trim()} flows`, remedy: null, consequence: null };
  } catch (error) {
    return {
      ...common,
      state: 'missing',
      detail: messageOf(error),
      remedy: 'load the kernel module nf_conntrack',
      consequence: 'no edge runs',
    };
  }
}

/** Runs the loader itself, from `dist` when built, from the sources in tests. */
async function inspectEbpf(runner: CommandRunner, enter: readonly string[]): Promise<MachineFeature> {
  const common = {
    name: 'eBPF',
    purpose:
      'duplicating packets over two paths, finding brownouts from the traffic itself, code points of outer packets',
  };
  const node = [process.execPath, ...moduleArguments('../bpf/trial-process')];
  try {
    await runner.run({ tool: 'unshare', args: [...enter, ...node], timeoutMs: trialLimitMs });
    return { ...common, state: 'ok', detail: 'works', remedy: null, consequence: null };
  } catch (error) {
    const remedy = 'run as root on Linux 5.12 or newer with CONFIG_NET_CLS_BPF and CONFIG_NET_SCH_INGRESS';
    const consequence =
      'duplication, code points of outer packets and counting of traffic are unavailable: brownouts are found by probes alone';
    return { ...common, state: 'limited', detail: saidBy(error), remedy, consequence };
  }
}

/** In a process of its own, as edges use it. */
async function inspectDetector(runner: CommandRunner): Promise<MachineFeature> {
  const common = { name: 'nDPI', purpose: 'telling applications of flows that show no name' };
  try {
    const version = await runner.run({
      tool: process.execPath,
      args: moduleArguments('../native/trial-detector'),
      timeoutMs: trialLimitMs,
    });
    return { ...common, state: 'ok', detail: `version ${version.trim()}`, remedy: null, consequence: null };
  } catch (error) {
    const remedy = 'apt install libndpi4.2 (Debian 12)';
    return { ...common, state: 'limited', detail: saidBy(error), remedy, consequence: 'such flows stay unknown' };
  }
}

/** Arguments with which Node runs a module beside this one, from `dist` when built, from the sources in tests. */
function moduleArguments(path: string): string[] {
  const source = import.meta.filename.endsWith('.ts');
  return [
    ...(source ? ['--conditions=patronus-source'] : []),
    join(import.meta.dirname, `${path}.${source ? 'ts' : 'js'}`),
  ];
}

async function inspectPriority(runner: CommandRunner): Promise<MachineFeature> {
  const common = { name: 'scheduling priority', purpose: 'probes that leave on time on a busy machine' };
  for (const [tool, args, detail] of [
    ['chrt', ['-r', '1', 'true'], 'real-time'],
    ['nice', ['-n', '-20', 'sh', '-c', 'test "$(nice)" -lt 0'], 'nice value -20'],
  ] as const) {
    try {
      await runner.run({ tool, args, timeoutMs: trialLimitMs });
      return { ...common, state: 'ok', detail, remedy: null, consequence: null };
    } catch {
      // the next weaker way is tried
    }
  }
  return {
    ...common,
    state: 'limited',
    detail: 'ordinary priority only',
    remedy: 'run as root, or with CAP_SYS_NICE',
    consequence: 'a busy machine finds outages later',
  };
}

/** Null when the script succeeds in a namespace of its own, else what was said. */
async function attempt(runner: CommandRunner, enter: readonly string[], script: string): Promise<string | null> {
  try {
    await runner.run({ tool: 'unshare', args: [...enter, 'sh', '-c', script], timeoutMs: trialLimitMs });
    return null;
  } catch (error) {
    return saidBy(error);
  }
}

/** The line of a failure that tells: some tools print a banner first. */
function saidBy(error: unknown): string {
  const stderr = error instanceof PatronusError ? error.facts['stderr'] : undefined;
  const lines = (typeof stderr === 'string' && stderr !== '' ? stderr : messageOf(error)).split('\n');
  return lines.find((line) => /error|fail|denied/i.test(line)) ?? lines[0]!;
}
