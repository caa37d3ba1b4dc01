import { closeSync, writeSync } from 'node:fs';
import { classTable, median, type Address, type Policy } from '@patronus/core';
import { frameDestination, packetFrame } from '@patronus/edge/trial';
import { inNetworkNamespace, TapDevice } from '@patronus/linux';
import { compileKernelState, ipBatches, nftTransaction, type KernelState } from '@patronus/netconf';
import type { Flow } from '@patronus/policy';
import type { Bench } from './bench-line.ts';
import { alsoOnSignal } from './clean-up.ts';
import {
  BenchNamespace,
  documentOf,
  facts,
  farPrefix,
  policyCounts,
  policySet,
  prefixesPerPolicy,
} from './policy-sets.ts';

/** Pairs with and without rules follow each other closely, as the machine's other work makes single figures differ. */
const pairs = 9;
const packetsPerSlice = 5_000;

/**
 * Frames that a device of the edge receives are forwarded out of another one within the same system call, so that the time of
 * a call is that of a packet's whole way through the kernel: on one processor, without anything else.
 */
export const bench: Bench = {
  about: 'forwarding rate with 1 to 1,000 policies, against none: first packets of flows, and later ones',
  async run(report) {
    for (const count of policyCounts) {
      for (const kind of ['first', 'later'] as const) {
        const [bare, ruled] = await measure(count, kind);
        const ratio = median(ruled.map((value, index) => value / bare[index]!));
        const metric = `${kind} packets, ${count} policies, ${count * prefixesPerPolicy} prefixes`;
        const rate = (nanoseconds: number[]): number => 1e9 / median(nanoseconds);
        const figures = { value: rate(ruled), baseline: rate(bare), ratio: 1 / ratio, samples: pairs };
        report({ metric: `${metric}: forwarded`, unit: 'packets/s', ...figures });
        const cost = median(ruled.map((value, index) => value - bare[index]!));
        report({ metric: `${metric}: cost of the rules`, value: cost, unit: 'ns', samples: pairs });
      }
    }
  },
};

/** Nanoseconds for a packet in each slice, without rules and with. */
async function measure(count: number, kind: 'first' | 'later'): Promise<[number[], number[]]> {
  const namespace = await BenchNamespace.create();
  const remove = alsoOnSignal(() => namespace.remove());
  const taps = inNetworkNamespace(namespace.name, () => ['lan0', 'far0'].map((name) => TapDevice.open(name)));
  try {
    const policies = policySet(count);
    const state = compiled(policies);
    await prepare(namespace, policies);
    await withRules(namespace, state);
    // the kernel has loaded connection tracking by now; flows of 18 slices would fill its table
    await namespace.run('sysctl', ['-q', '-w', 'net.netfilter.nf_conntrack_udp_timeout=2']);
    const [bare, ruled]: [number[], number[]] = [[], []];
    for (let pair = 0; pair < pairs; pair += 1) {
      await withoutRules(namespace, state);
      bare.push(nanosecondsEach(taps[0]!, slice(policies, kind, 2 * pair)));
      await withRules(namespace, state);
      ruled.push(nanosecondsEach(taps[0]!, slice(policies, kind, 2 * pair + 1)));
    }
    return [bare, ruled];
  } finally {
    for (const tap of taps) closeSync(tap.fd);
    await remove();
  }
}

function compiled(policies: readonly Policy[]): KernelState {
  const state = compileKernelState(documentOf(policies), facts);
  if (!state.ok) throw new Error(JSON.stringify(state.error));
  return state.value;
}

async function prepare(namespace: BenchNamespace, policies: readonly Policy[]): Promise<void> {
  const ip = (...args: string[]): Promise<string> => namespace.run('ip', args);
  await ip('link', 'set', 'lan0', 'address', frameDestination, 'up');
  await ip('link', 'set', 'far0', 'up');
  await ip('address', 'add', '10.0.0.1/24', 'dev', 'lan0');
  await ip('address', 'add', '192.0.2.1/24', 'dev', 'far0');
  await ip('neighbour', 'add', '192.0.2.2', 'lladdr', '02:00:00:00:00:03', 'dev', 'far0');
  await ip('route', 'add', '10.64.0.0/10', 'via', '192.0.2.2');
  const settings = ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.lan0.rp_filter=0'];
  await namespace.run('sysctl', ['-q', '-w', ...settings]);
  const routes = policies.map((each) => `route replace 10.64.0.0/10 via 192.0.2.2 table ${classTable(each.class)}\n`);
  await namespace.run('ip', ['-batch', '-'], routes.join(''));
}

function slice(policies: readonly Policy[], kind: 'first' | 'later', number: number): Buffer[] {
  const frames = flowsOf(policies, number).map((flow, id) => packetFrame(flow, id));
  return kind === 'first' ? frames : frames.map(() => frames[frames.length >> 1]!);
}

/**
 * Flows to all prefixes that policies name, to ports that half of the policies look at; those of each slice are new to the
 * kernel.
 */
const flowsOf = (policies: readonly Policy[], number: number): Flow[] =>
  Array.from({ length: packetsPerSlice }, (_, index): Flow => {
    const target = farPrefix((index * 7) % (policies.length * prefixesPerPolicy)).split('/')[0]!;
    const destination = target.replace(/\d+$/, (last) => String(Number(last) + 3)) as Address;
    return {
      source: `10.0.0.${2 + (index % 250)}` as Address,
      destination,
      protocol: 'udp',
      sourcePort: 10_000 + ((number * packetsPerSlice + index) % 50_000),
      destinationPort: 1_000 + (index % 1_500),
      dscp: 0,
    };
  });

/** Connection tracking stays: it is the price of any classification by flows, and firewalls pay it anyway. */
async function withoutRules(namespace: BenchNamespace, state: KernelState): Promise<void> {
  await changeRules(namespace, state, 'delete');
  const hook = 'type filter hook prerouting priority mangle; policy accept;';
  await namespace.run('nft', ['-f', '-'], `flush ruleset\ntable inet bare { chain c { ${hook} ct mark 1 drop; }; }\n`);
}

async function withRules(namespace: BenchNamespace, state: KernelState): Promise<void> {
  await namespace.run('nft', ['-f', '-'], `flush ruleset\n${nftTransaction(state.ruleset!, null)}`);
  await changeRules(namespace, state, 'add');
}

async function changeRules(namespace: BenchNamespace, { rules }: KernelState, verb: 'add' | 'delete'): Promise<void> {
  const changes = rules.map((rule) => ({ verb, object: 'rule', rule }) as const);
  for (const { text } of ipBatches(changes, { ipv6: false })) await namespace.run('ip', ['-batch', '-'], text);
}

function nanosecondsEach(tap: TapDevice, frames: readonly Buffer[]): number {
  const start = process.hrtime.bigint();
  for (const frame of frames) writeSync(tap.fd, frame);
  return Number(process.hrtime.bigint() - start) / frames.length;
}
