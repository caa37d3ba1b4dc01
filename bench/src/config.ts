import { setTimeout as delay } from 'node:timers/promises';
import { median, PatronusError, percentile } from '@patronus/core';
import { runningLab, type ControllerApi } from '@patronus/lab';
import { SystemCommandRunner } from '@patronus/linux';
import type { Bench } from './bench-line.ts';
import { allApplied, withBenchLab, type SiteItem } from './bench-lab.ts';

const changes = 50;
/** Between two looks: adds half of itself to the figure. */
const lookEveryMs = 10;
const deadlineMs = 10_000;
/** Ports that no policy of the lab speaks of. */
const firstPort = 6000;

export const bench: Bench = {
  about: `config: from writing a policy to all sites of the default lab working by it, ${changes} times; p99 at most 1 s`,
  run: (report) =>
    withBenchLab(async (dataDir, api) => {
      const policy = (await api.list<{ id: number; name: string }>('/policies')).find(({ name }) => name === 'bulk')!;
      const times: number[] = [];
      for (let change = 0; change < changes; change++) times.push(await changePort(api, policy.id, firstPort + change));
      await assertInKernels(dataDir, firstPort + changes - 1);
      const metric = 'policy written to applied at every site';
      report({ metric: `${metric}, median`, value: median(times), unit: 'ms', samples: changes });
      report({ metric: `${metric}, p99`, value: percentile(times, 0.99), unit: 'ms', samples: changes });
    }),
};

/** Writes a policy that matches another port; ms until every site has put it into its kernel. */
async function changePort(api: ControllerApi, policyId: number, port: number): Promise<number> {
  const before = new Map((await api.list<SiteItem>('/sites')).map(({ name, config }) => [name, config.version]));
  const startMs = performance.now();
  await api.request('PATCH', `/policies/${policyId}`, {
    match_conditions: { protocol: 'tcp', destination_ports: [{ from: port, to: port }] },
  });
  for (;;) {
    const sites = await api.list<SiteItem>('/sites');
    const tookMs = performance.now() - startMs;
    if (allApplied(sites) && sites.every(({ name, config }) => config.version !== before.get(name))) return tookMs;
    if (tookMs > deadlineMs) {
      const states = sites.map(({ name, config }) => `${name} ${config.status}`).join(', ');
      throw new PatronusError('timeout', `after ${deadlineMs / 1000} s the change is not applied: ${states}`);
    }
    await delay(lookEveryMs);
  }
}

/** That "applied" means what it says: every edge's kernel classifies by the last port. */
async function assertInKernels(dataDir: string, port: number): Promise<void> {
  const { plan, world } = runningLab(dataDir);
  for (const { name, namespace } of plan.sites) {
    const [tool, ...args] = [...world.enter, 'nsenter', `--net=/run/netns/${namespace}`, 'nft', 'list', 'table'];
    const table = await new SystemCommandRunner().run({ tool, args: [...args, 'inet', 'patronus'] });
    if (!new RegExp(`\\b${port}\\b`).test(table)) {
      throw new PatronusError('internal', `${name} says it applied the policy, but its nft table has no port ${port}`);
    }
  }
}
