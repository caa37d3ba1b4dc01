import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError, type ProbeProfile } from '@patronus/core';
import { ControllerApi, labDown, labUp, readControllerFile } from '@patronus/lab';
import { alsoOnSignal } from './clean-up.ts';

/** The default lab, or that of a topology file, on a data directory of its own, and its API, for as long as the work takes. */
export async function withBenchLab<T>(
  work: (dataDir: string, api: ControllerApi) => Promise<T>,
  topologyFile?: string,
): Promise<T> {
  const { dataDir, remove } = labDirectory();
  try {
    await labUp({ dataDir, port: 0, edgePort: 0, ...(topologyFile !== undefined && { file: topologyFile }) });
    return await work(dataDir, new ControllerApi(dataDir, readControllerFile(dataDir)!.http_url));
  } finally {
    await remove();
  }
}

/** A data directory for a lab, and how the lab and it are removed. */
export function labDirectory(): { dataDir: string; remove: () => Promise<void> } {
  const dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
  const remove = alsoOnSignal(async () => {
    await labDown({ dataDir });
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { dataDir, remove };
}

export interface SiteItem {
  readonly name: string;
  readonly config: {
    readonly status: string;
    readonly version: string | null;
    readonly applied_version: string | null;
  };
  readonly endpoints: readonly { readonly id: string; readonly label: string }[];
}

/** Whether every site works by its newest document. */
export const allApplied = (sites: readonly SiteItem[]): boolean =>
  sites.every(({ config }) => config.status === 'applied' && config.version === config.applied_version);

export const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const takeOverMs = 8_000;

/** Has every line but the radio probed at this profile. */
export async function setProfile(api: ControllerApi, profile: ProbeProfile): Promise<void> {
  const sites = await api.list<SiteItem>('/sites');
  for (const { id, label } of sites.flatMap((site) => site.endpoints)) {
    if (label !== 'lte') await api.request('PATCH', `/endpoints/${id}`, { profile });
  }
  const giveUpMs = Date.now() + takeOverMs;
  while (!allApplied(await api.list<SiteItem>('/sites'))) {
    if (Date.now() > giveUpMs) throw new PatronusError('timeout', `the sites do not take over the ${profile} profile`);
    await delay(100);
  }
}
