import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadControllerSettings, startController } from '@patronus/controller';
import { PatronusError, percentile } from '@patronus/core';
import { ControllerApi } from '@patronus/lab';
import type { Bench } from './bench-line.ts';

/** Directed paths = 2 × own uplinks × uplinks of all others. */
const sizes = [
  { paths: 10, uplinks: 1, others: 5 },
  { paths: 200, uplinks: 2, others: 25 },
] as const;
type Size = (typeof sizes)[number];

const softDeletions = 100;
const purges = 50;
/** Policies that a deletion looks through for the name of the site. */
const policyCount = 100;
/** Documents are compiled 50 ms after a change; an operator's next one is not made while that goes on. */
const settleMs = 120;
const name = 'short-lived';

export const bench: Bench = {
  about: 'deleting a site with 10 and with 200 paths by REST, on disk when answered; p99 at most 5 and 25 ms',
  async run(report) {
    for (const size of sizes) {
      const { relocated, ...measured } = await withController((api) => measure(api, size));
      for (const [what, times] of Object.entries(measured)) {
        for (const [figure, share] of Object.entries({ median: 0.5, p99: 0.99 })) {
          const [value, baseline] = [percentile(times, share), percentile(relocated, share)];
          const metric = `a site with ${size.paths} paths ${what}, ${figure}`;
          report({ metric, value, unit: 'ms', baseline, ratio: value / baseline, samples: times.length });
        }
      }
    }
  },
};

/** A controller of its own in this process, with its database in a file. */
async function withController<T>(work: (api: ControllerApi) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
  const flags = { dataDir, port: 0, edgePort: 0 };
  const controller = await startController(loadControllerSettings({ env: { PATRONUS_LOG_LEVEL: 'silent' }, flags }));
  try {
    return await work(new ControllerApi(dataDir, controller.httpUrl));
  } finally {
    await controller.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Against each time stands that of the smallest write there is, a change of a site's location. */
async function measure(
  api: ControllerApi,
  size: Size,
): Promise<Record<'relocated' | 'deleted' | 'restored' | 'purged', number[]>> {
  for (let index = 1; index <= size.others; index++) await makeSite(api, `site-${index}`, index, size.uplinks);
  for (let index = 1; index <= policyCount; index++) {
    await api.request('POST', '/policies', {
      name: `policy ${index}`,
      priority: index,
      match_conditions: { destination_sites: [`site-${1 + (index % size.others)}`] },
    });
  }
  const times = {
    relocated: [] as number[],
    deleted: [] as number[],
    restored: [] as number[],
    purged: [] as number[],
  };
  await makeSite(api, name, 200, size.uplinks);
  await assertPaths(api, size.paths);
  for (let round = 0; round < softDeletions; round++) {
    times.relocated.push(await timed(api, 'PATCH', '/sites/site-1', { location: `room ${round}` }));
    times.deleted.push(await timed(api, 'DELETE', `/sites/${name}`));
    times.restored.push(await timed(api, 'POST', `/sites/${name}/restore`));
  }
  await assertPaths(api, size.paths);
  for (let round = 0; round < purges; round++) {
    times.purged.push(await timed(api, 'DELETE', `/sites/${name}?purge=true`));
    await makeSite(api, name, 200, size.uplinks);
  }
  return times;
}

async function makeSite(api: ControllerApi, site: string, index: number, uplinks: number): Promise<void> {
  await api.request('POST', '/sites', {
    name: site,
    prefixes: [`10.${index}.0.0/24`],
    endpoints: Array.from({ length: uplinks }, (_, slot) => ({
      label: `line${slot}`,
      device: `eth${slot}`,
      address: `192.0.${slot}.${index}`,
    })),
  });
}

/** ms from sending a request to its answer, once the last change has come to rest. */
async function timed(api: ControllerApi, method: string, path: string, body?: unknown): Promise<number> {
  await delay(settleMs);
  const start = performance.now();
  await api.request(method, path, body);
  return performance.now() - start;
}

async function assertPaths(api: ControllerApi, expected: number): Promise<void> {
  const { paths } = await api.request<{ paths: number }>('GET', `/sites/${name}/dependencies`);
  if (paths !== expected) throw new PatronusError('internal', `the site has ${paths} paths, not ${expected}`);
}
