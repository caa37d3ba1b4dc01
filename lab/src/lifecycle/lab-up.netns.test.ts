import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from '@patronus/core';
import { findPrograms, killPrograms, labHome, openWorld, runScript } from '../machine/index.ts';
import { defaultTopologyFile, labNamespacePrefix, loadTopology } from '../topology/index.ts';
import { ControllerApi, readControllerFile } from './controller-api.ts';
import { labDown } from './lab-down.ts';
import { labStatus } from './lab-status.ts';
import { until } from '../until.ts';
import { labUp, type LabUpReport } from './lab-up.ts';
import { pathName, type PathItem } from './seed.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'ptlab-'));
const home = labHome(dataDir);
const unable = await whyUnable();

async function whyUnable(): Promise<string | null> {
  if (!existsSync(new URL('../../../apps/cli/dist/main.js', import.meta.url))) return 'the programs are not built';
  return openWorld(home).then(() => null, messageOf);
}

describe.skipIf(unable !== null)(`the default lab${unable === null ? '' : ` (skipped: ${unable})`}`, () => {
  let report: LabUpReport;

  beforeAll(async () => {
    report = await labUp({ dataDir, port: 0, edgePort: 0 });
  }, 400_000);
  afterAll(async () => {
    await labDown({ dataDir });
    rmSync(dataDir, { recursive: true });
  });

  test('every allowed directed path is up, and as long as its two lines together', async () => {
    const { sites } = await loadTopology(defaultTopologyFile);
    const delayOf = (site: string, label: string): number =>
      sites.find(({ name }) => name === site)!.endpoints.find((endpoint) => endpoint.label === label)!.delay_ms;
    const errorOf = (path: PathItem): number =>
      path.latency! - delayOf(path.source_site, path.source_label) - delayOf(path.dest_site, path.dest_label);
    expect(report.paths.map((path) => path.health_status)).toEqual(Array.from({ length: 16 }, () => 'up'));
    const api = new ControllerApi(dataDir, readControllerFile(dataDir)!.http_url);
    let wrong: string[] = [];
    const settled = async (): Promise<boolean> => {
      const off = (await api.list<PathItem>('/paths')).filter((path) => Math.abs(errorOf(path)) > 5);
      wrong = off.map((path) => `${pathName(path)} ${path.latency} ms`);
      return wrong.length === 0;
    };
    // a slow machine adds to the delays while it is still busy with starting everything
    await until('delays as in the topology', 120_000, settled, 500).catch(() => undefined);
    expect(wrong).toEqual([]);
    expect((await labStatus({ dataDir })).state).toBe('up');
  });

  test('a second one on the same data directory is refused', async () => {
    await expect(labUp({ dataDir })).rejects.toThrow(/is up .* already; end it with "patronus lab down"/);
  });

  test('after its parts were killed and its state lost, "lab down" leaves nothing', async () => {
    await killPrograms(() =>
      findPrograms(home.id).filter(({ role }) => ['wan', 'edge:hq', 'controller'].includes(role)),
    );
    expect((await labStatus({ dataDir })).state).toBe('partial');
    rmSync(home.stateFile);
    await labDown({ dataDir });
    expect(findPrograms(home.id)).toEqual([]);
    expect(await runScript(await openWorld(home), 'ip netns list')).not.toContain(labNamespacePrefix(home.id));
    expect((await labStatus({ dataDir })).state).toBe('down');
  });
});
