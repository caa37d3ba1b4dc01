import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prefix } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import { FakeKernel, siteDocument } from '@patronus/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { KernelReconciler } from './kernel-reconciler.ts';
import { SysctlMemory } from './sysctl-memory.ts';

const base = siteDocument();
const [policy] = base.policies;
/** Documents that differ in tunnels, prefixes, classes and programs. */
const documents: Readonly<Record<string, SiteDocument>> = {
  plain: base,
  'one tunnel less': siteDocument({
    tunnels: base.tunnels.filter(({ name }) => name !== 'pt1-1').map((tunnel) => ({ ...tunnel, mtu: 1300 })),
    paths: base.paths.filter(({ tunnel }) => tunnel !== 'pt1-1'),
  }),
  'more of everything': siteDocument({
    endpoints: base.endpoints.map((endpoint) => ({ ...endpoint, copiesDscp: true })),
    remoteSites: [{ ...base.remoteSites[0]!, prefixes: ['10.1.0.0/24', '10.2.0.0/24', 'fd00:1::/64'].map(prefix) }],
    policies: [
      { ...policy!, id: 2, class: 2, priority: 5, name: 'calls', match: { protocol: 'udp' } },
      { ...policy!, action: { type: 'steer', duplicate: true } },
    ],
  }),
};
const transitions = [null, ...Object.keys(documents)].flatMap((from) =>
  Object.keys(documents)
    .filter((to) => to !== from)
    .map((to) => [from ?? 'nothing', to] as const),
);

/** A machine whose kernel and disk outlive the program. */
class Machine {
  readonly kernel = new FakeKernel({ eth0: { addresses: ['192.0.2.1/24'] }, eth1: { addresses: ['198.51.100.1/24'] } });
  readonly directory = mkdtempSync(path.join(tmpdir(), 'patronus-crash-'));

  start(): KernelReconciler {
    return new KernelReconciler({
      kernel: this.kernel,
      keys: { ensure: (tunnel) => `key of ${tunnel}` },
      sysctls: new SysctlMemory(path.join(this.directory, 'sysctls.json')),
      wallMs: () => 0,
      deadUplinks: () => [],
      decisions: () => [],
    });
  }

  /** Applies a document with a program that is killed before, or just after, it takes the k-th step; whether it got that far. */
  async dieAt(step: number, when: 'before' | 'after', document: SiteDocument): Promise<boolean> {
    const died = when === 'before' ? this.kernel.fault.dieBefore(step) : this.kernel.fault.dieAfter(step);
    const applied = this.start()
      .apply(document)
      .then(() => false);
    const isDead = await Promise.race([died.then(() => true), applied]);
    void this.kernel.fault.dieBefore(0);
    return isDead;
  }
}

describe('killed at any step of a plan, an edge', () => {
  const machines: Machine[] = [];
  const machineWith = async (document: SiteDocument | undefined): Promise<Machine> => {
    const machine = new Machine();
    machines.push(machine);
    if (document !== undefined) await machine.start().apply(document);
    return machine;
  };
  afterEach(() => {
    for (const { directory } of machines.splice(0)) rmSync(directory, { recursive: true });
  });

  it.each(transitions)('on its way from %s to %s comes to the same kernel after its restart', async (from, to) => {
    const untouched = new FakeKernel({
      eth0: { addresses: ['192.0.2.1/24'] },
      eth1: { addresses: ['198.51.100.1/24'] },
    }).toString();
    const arrived = await machineWith(documents[from]);
    await arrived.start().apply(documents[to]!);
    const wanted = arrived.kernel.toString();
    let steps = 0;
    for (const when of ['before', 'after'] as const) {
      for (let step = 1; ; step++) {
        const machine = await machineWith(documents[from]);
        if (!(await machine.dieAt(step, when, documents[to]!))) break;
        steps++;
        await machine.start().adopt(documents[to]!);
        expect(machine.kernel.toString(), `killed ${when} step ${step}`).toBe(wanted);
        const repeated = await machine.start().apply(documents[to]!);
        expect(repeated.steps, `after being killed ${when} step ${step}`).toEqual([]);
        await machine.start().clean();
        expect(machine.kernel.toString(), `cleaned after being killed ${when} step ${step}`).toBe(untouched);
      }
    }
    expect(steps).toBeGreaterThan(4);
  });

  it('goes back to its last good document as well', async () => {
    const standing = (await machineWith(base)).kernel.toString();
    for (let step = 1; ; step++) {
      const machine = await machineWith(base);
      if (!(await machine.dieAt(step, 'before', documents['one tunnel less']!))) break;
      await machine.start().adopt(base);
      expect(machine.kernel.toString(), `killed before step ${step}`).toBe(standing);
    }
  });
});
