import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControllerApi, labDown, labUp, readControllerFile } from '@patronus/lab';

/** The default lab on a data directory of its own, and its API, for as long as the work takes. */
export async function withBenchLab<T>(work: (dataDir: string, api: ControllerApi) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
  try {
    await labUp({ dataDir, port: 0, edgePort: 0 });
    return await work(dataDir, new ControllerApi(dataDir, readControllerFile(dataDir)!.http_url));
  } finally {
    await labDown({ dataDir });
    rmSync(dataDir, { recursive: true, force: true });
  }
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
