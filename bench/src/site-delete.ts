import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadControllerSettings, startController } from '@patronus/controller';
import { PatronusError, percentile } from '@patronus/core';
import { ControllerApi } from '@patronus/lab';
import { PostgresServer, postgresPrograms } from '@patronus/linux';
import type { Bench } from './bench-line.ts';

interface Size {
  /** Directed paths of the site = 2 × own uplinks × uplinks of all others. */
  readonly paths: number;
  readonly uplinks: number;
  readonly others: number;
  readonly otherUplinks: number;
  /** The others have no paths among themselves, which would be tens of thousands. */
  readonly star?: true;
  /** Soft deletions; half as many purges. */
  readonly rounds: number;
  /** Documents are compiled 50 ms after a change; an operator's next one is not made while that goes on. */
  readonly settleMs: number;
}

const sizes: readonly Size[] = [
  { paths: 10, uplinks: 1, others: 5, otherUplinks: 1, rounds: 100, settleMs: 120 },
  { paths: 50, uplinks: 1, others: 25, otherUplinks: 1, rounds: 100, settleMs: 120 },
  { paths: 200, uplinks: 2, others: 25, otherUplinks: 2, rounds: 100, settleMs: 120 },
  { paths: 2_000, uplinks: 10, others: 20, otherUplinks: 5, rounds: 25, settleMs: 500, star: true },
];

/** Policies that a deletion looks through for the name of the site. */
const policyCount = 100;
const name = 'short-lived';

export const bench: Bench = {
  about:
    'deleting a site with 10 to 2,000 paths by REST, on SQLite and on PostgreSQL, on disk when answered; ' +
    'p99 at most 5 ms with 10 paths, 25 ms with 200',
  async run(report) {
    await measureOn('SQLite', async () => undefined, report);
    if (postgresPrograms() === null) {
      process.stderr.write('PostgreSQL is not installed (apt install postgresql): measured on SQLite only\n');
      return;
    }
    await using server = await PostgresServer.start({ durable: true });
    const empty = async ({ paths }: Size): Promise<string> => {
      await server.makeDatabase(`paths${paths}`);
      return server.url(`paths${paths}`);
    };
    await measureOn('PostgreSQL', empty, report);
  },
};

/** `databaseOf` answers the URL of an empty database, or undefined for a file in the data directory. */
async function measureOn(
  kind: string,
  databaseOf: (size: Size) => Promise<string | undefined>,
  report: Parameters<Bench['run']>[0],
): Promise<void> {
  for (const size of sizes) {
    const { relocated, ...measured } = await withController(await databaseOf(size), (api) => measure(api, size));
    for (const [what, times] of Object.entries(measured)) {
      for (const [figure, share] of Object.entries({ median: 0.5, p99: 0.99 })) {
        const [value, baseline] = [percentile(times, share), percentile(relocated, share)];
        const metric = `${kind}: a site with ${size.paths} paths ${what}, ${figure}`;
        report({ metric, value, unit: 'ms', baseline, ratio: value / baseline, samples: times.length });
      }
    }
  }
}

/** A controller of its own in this process, with its database in a file or at a URL. */
async function withController<T>(
  databaseUrl: string | undefined,
  work: (api: ControllerApi) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
  const flags = { dataDir, databaseUrl, port: 0, edgePort: 0 };
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
  if (size.star === true) await api.request('PUT', '/transport-links', { links: [{ a: 'own', b: 'other' }] });
  for (let index = 1; index <= size.others; index++) {
    await makeSite(api, { name: `site-${index}`, index, uplinks: size.otherUplinks, label: 'other' });
  }
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
  const own = { name, index: 200, uplinks: size.uplinks, label: 'own' };
  await makeSite(api, own);
  await assertPaths(api, size.paths);
  /** ms from sending a request to its answer, once the last change has come to rest. */
  const timed = async (method: string, path: string, body?: unknown): Promise<number> => {
    await delay(size.settleMs);
    const start = performance.now();
    await api.request(method, path, body);
    return performance.now() - start;
  };
  for (let round = 0; round < size.rounds; round++) {
    times.relocated.push(await timed('PATCH', '/sites/site-1', { location: `room ${round}` }));
    times.deleted.push(await timed('DELETE', `/sites/${name}`));
    times.restored.push(await timed('POST', `/sites/${name}/restore`));
  }
  await assertPaths(api, size.paths);
  for (let round = 0; round < size.rounds / 2; round++) {
    times.purged.push(await timed('DELETE', `/sites/${name}?purge=true`));
    await makeSite(api, own);
  }
  return times;
}

interface SiteToMake {
  readonly name: string;
  /** Of its prefix and addresses. */
  readonly index: number;
  readonly uplinks: number;
  readonly label: string;
}

async function makeSite(api: ControllerApi, { name: site, index, uplinks, label }: SiteToMake): Promise<void> {
  await api.request('POST', '/sites', {
    name: site,
    prefixes: [`10.${index}.0.0/24`],
    endpoints: Array.from({ length: uplinks }, (_, slot) => ({
      label,
      device: `eth${slot}`,
      address: `192.0.${slot}.${index}`,
    })),
  });
}

async function assertPaths(api: ControllerApi, expected: number): Promise<void> {
  const { paths } = await api.request<{ paths: number }>('GET', `/sites/${name}/dependencies`);
  if (paths !== expected) throw new PatronusError('internal', `the site has ${paths} paths, not ${expected}`);
}
