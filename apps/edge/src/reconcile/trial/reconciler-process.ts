/**
 * A reconciler as a program of its own, so that namespace tests and benchmarks can have several on one machine, each in
 * its network namespace. Usage: `node reconciler-process.ts STATE_DIR`; one JSON request a line in, one answer a line out.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf, PatronusError } from '@patronus/core';
import { WireguardKeyStore } from '@patronus/linux';
import type { LocalFacts, SteeringDecision, Step } from '@patronus/netconf';
import type { SiteDocument } from '@patronus/protocol';
import { CopyTargets } from '../../probe/copy-targets.ts';
import { KernelReconciler } from '../kernel-reconciler.ts';
import { SysctlMemory } from '../sysctl-memory.ts';
import { DyingKernel, Fate } from './dying.ts';

export type ReconcilerRequest =
  | {
      readonly do: 'apply';
      readonly document: SiteDocument;
      readonly decisions: readonly SteeringDecision[];
      readonly learning?: LocalFacts['learning'];
    }
  | { readonly do: 'observe'; readonly sysctls: readonly string[] }
  | { readonly do: 'execute'; readonly step: Step }
  | { readonly do: 'adopt'; readonly document: SiteDocument; readonly decisions: readonly SteeringDecision[] }
  | { readonly do: 'dieAt'; readonly moment: number }
  | { readonly do: 'keyOf'; readonly tunnel: string }
  | {
      readonly do: 'copyOver';
      readonly class: number;
      readonly siteIndex: number;
      readonly tunnels: [string, string] | null;
    }
  | { readonly do: 'counters' | 'traffic' | 'farEnds' | 'flows' | 'queues' | 'copies' }
  | { readonly do: 'repair' | 'clean' | 'tunnelKeys' | 'policyCounters' };

export type ReconcilerAnswer =
  { readonly value: unknown } | { readonly error: { readonly code: string; readonly message: string } };

const stateDir = process.argv[2]!;
const keys = new WireguardKeyStore(path.join(stateDir, 'keys'));
const fate = new Fate();
const kernel = new DyingKernel(keys, fate);
let decisions: readonly SteeringDecision[] = [];
let learning: LocalFacts['learning'];
const reconciler = new KernelReconciler({
  kernel,
  keys,
  sysctls: new SysctlMemory(path.join(stateDir, 'sysctls.json')),
  wallMs: Date.now,
  deadUplinks: () => [],
  decisions: () => decisions,
  learning: () => learning,
});

function perform(request: ReconcilerRequest): Promise<unknown> {
  switch (request.do) {
    case 'apply':
      decisions = request.decisions;
      learning = request.learning;
      return reconciler.apply(request.document);
    case 'adopt':
      decisions = request.decisions;
      return reconciler.adopt(request.document);
    case 'dieAt':
      return Promise.resolve(fate.dieAt(request.moment));
    case 'observe':
      return kernel.observe(request.sysctls);
    case 'execute':
      return kernel.execute(request.step);
    case 'counters':
    case 'traffic':
    case 'farEnds':
    case 'flows':
    case 'queues':
    case 'copies':
      return kernel[request.do]();
    case 'copyOver': {
      const copies = CopyTargets.find(request.tunnels ?? ['pt0-0'], new Set([request.class]));
      return Promise.resolve(copies?.write(request.class, request.siteIndex, request.tunnels));
    }
    case 'keyOf':
      return Promise.resolve(keys.ensure(request.tunnel));
    default:
      return reconciler[request.do]();
  }
}

const answer = async (line: string): Promise<ReconcilerAnswer> => {
  try {
    return { value: (await perform(JSON.parse(line) as ReconcilerRequest)) ?? null };
  } catch (error) {
    return {
      error: { code: error instanceof PatronusError ? error.code : 'internal', message: messageOf(error) },
    };
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
