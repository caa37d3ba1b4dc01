import { WireguardKeyStore } from '@patronus/linux';
import type { LocalFacts } from '@patronus/netconf';
import type { DecisionReport } from '@patronus/protocol';
import { KernelReconciler, LinuxKernel, SysctlMemory } from './reconcile/index.ts';
import type { StatePaths } from './state/index.ts';

/** What other parts of the edge know and the kernel does not show. */
export interface WhatEdgeKnows {
  readonly decisions: () => readonly DecisionReport[];
  readonly deadUplinks: () => readonly string[];
  readonly learning: () => LocalFacts['learning'];
}

/** The reconciler of this network namespace, with its keys and its memory below the state directory. */
export function kernelReconciler(
  paths: StatePaths,
  { decisions = () => [], deadUplinks = () => [], learning = () => undefined }: Partial<WhatEdgeKnows> = {},
): KernelReconciler {
  const keys = new WireguardKeyStore(paths.keys);
  const sysctls = new SysctlMemory(paths.sysctls);
  return new KernelReconciler({
    kernel: new LinuxKernel(keys),
    keys,
    sysctls,
    decisions,
    deadUplinks,
    learning,
    wallMs: Date.now,
  });
}
