import { median, type Policy } from '@patronus/core';
import { compileKernelState, nftTransaction, rulesetShape, type Ruleset } from '@patronus/netconf';
import type { Bench } from './bench-line.ts';
import { alsoOnSignal } from './clean-up.ts';
import { BenchNamespace, documentOf, facts, policyCounts, policySet, prefixesPerPolicy } from './policy-sets.ts';

const rounds = 7;

export const bench: Bench = {
  about: 'from policies to a ruleset in the kernel, and the change of one of them',
  async run(report) {
    for (const count of policyCounts) {
      const figures = await measure(count);
      const what = `${count} policies, ${count * prefixesPerPolicy} prefixes`;
      for (const [metric, samples] of Object.entries(figures)) {
        report({ metric: `${what}: ${metric}`, value: median(samples), unit: 'ms', samples: samples.length });
      }
    }
  },
};

async function measure(count: number): Promise<Record<string, number[]>> {
  const namespace = await BenchNamespace.create();
  const remove = alsoOnSignal(() => namespace.remove());
  const took: Record<string, number[]> = {
    compiling: [],
    'the first transaction': [],
    'compiling after one policy changed': [],
    'the transaction of that change': [],
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      const policies = policySet(count);
      const whole = timed(took['compiling']!, () => compiled(policies, null));
      await inKernel(namespace, took['the first transaction']!, nftTransaction(whole, null));
      const changed = policies.map((policy, index): Policy => (index === 0 ? { ...policy, match: {} } : policy));
      const next = timed(took['compiling after one policy changed']!, () => compiled(changed, whole));
      await inKernel(namespace, took['the transaction of that change']!, nftTransaction(next, rulesetShape(whole)));
      await namespace.run('nft', ['delete', 'table', 'inet', 'patronus']);
    }
    return took;
  } finally {
    await remove();
  }
}

function compiled(policies: readonly Policy[], ruleset: Ruleset | null): Ruleset {
  const state = compileKernelState(documentOf(policies), { ...facts, ruleset });
  if (!state.ok) throw new Error(JSON.stringify(state.error));
  return state.value.ruleset!;
}

function timed<T>(samples: number[], work: () => T): T {
  const start = performance.now();
  const made = work();
  samples.push(performance.now() - start);
  return made;
}

/** Starting nft and entering the namespace is part of it, as on an edge. */
async function inKernel(namespace: BenchNamespace, samples: number[], transaction: string): Promise<void> {
  const start = performance.now();
  await namespace.run('nft', ['-f', '-'], transaction);
  samples.push(performance.now() - start);
}
