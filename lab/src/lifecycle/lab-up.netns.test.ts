import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from '@patronus/core';
import { findPrograms, killPrograms, labHome, openWorld, runScript } from '../machine/index.ts';
import { defaultTopologyFile, labNamespacePrefix, loadTopology } from '../topology/index.ts';
import { labDown } from './lab-down.ts';
import { labStatus } from './lab-status.ts';
import { labUp, type LabUpReport } from './lab-up.ts';

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
    expect(report.paths).toHaveLength(16);
    for (const path of report.paths) {
      expect(path.health_status).toBe('up');
      const expected = delayOf(path.source_site, path.source_label) + delayOf(path.dest_site, path.dest_label);
      // what a slow machine adds while it is still busy with starting everything
      expect(path.latency! - expected).toBeGreaterThan(-2);
      expect(path.latency! - expected).toBeLessThan(10);
    }
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
