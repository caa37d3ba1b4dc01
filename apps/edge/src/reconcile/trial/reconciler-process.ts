/**
 * A reconciler as a program of its own, so that namespace tests and benchmarks can have several on one machine, each in
 * its network namespace. Usage: `node reconciler-process.ts STATE_DIR`; one JSON request a line in, one answer a line out.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf, PatronusError } from '@patronus/core';
import { WireguardKeyStore } from '@patronus/linux';
import type { SteeringDecision } from '@patronus/netconf';
import type { SiteDocument } from '@patronus/protocol';
import { KernelReconciler } from '../kernel-reconciler.ts';
import { LinuxKernel } from '../linux-kernel.ts';
import { SysctlMemory } from '../sysctl-memory.ts';

export type ReconcilerRequest =
  | { readonly do: 'apply'; readonly document: SiteDocument; readonly decisions: readonly SteeringDecision[] }
  | { readonly do: 'repair' | 'clean' | 'tunnelKeys' | 'policyCounters' };

export type ReconcilerAnswer =
  { readonly value: unknown } | { readonly error: { readonly code: string; readonly message: string } };

const stateDir = process.argv[2]!;
const keys = new WireguardKeyStore(path.join(stateDir, 'keys'));
let decisions: readonly SteeringDecision[] = [];
const reconciler = new KernelReconciler({
  kernel: new LinuxKernel(keys),
  keys,
  sysctls: new SysctlMemory(path.join(stateDir, 'sysctls.json')),
  decisions: () => decisions,
});

const perform = (request: ReconcilerRequest): Promise<unknown> => {
  if (request.do !== 'apply') return reconciler[request.do]();
  decisions = request.decisions;
  return reconciler.apply(request.document);
};

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
