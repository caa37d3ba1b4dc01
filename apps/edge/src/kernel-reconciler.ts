import { WireguardKeyStore } from '@patronus/linux';
import type { LocalFacts } from '@patronus/netconf';
import type { DecisionReport } from '@patronus/protocol';
import { KernelReconciler, LinuxKernel, SysctlMemory } from './reconcile/index.ts';
import type { StatePaths } from './state/index.ts';

/** The reconciler of this network namespace, with its keys and its memory below the state directory. */
export function kernelReconciler(
  paths: StatePaths,
  decisions: () => readonly DecisionReport[] = () => [],
  learning: () => LocalFacts['learning'] = () => undefined,
): KernelReconciler {
  const keys = new WireguardKeyStore(paths.keys);
  const sysctls = new SysctlMemory(paths.sysctls);
  return new KernelReconciler({ kernel: new LinuxKernel(keys), keys, sysctls, decisions, learning, wallMs: Date.now });
}
