import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PatronusError } from '@patronus/core';
import { SystemCommandRunner } from '@patronus/linux';
import type { TelemetryBatch } from '@patronus/protocol';
import { VirtualTime } from '@patronus/testkit';
import { TelemetrySpool } from './spool.ts';

const isRoot = process.getuid?.() === 0;
const runner = new SystemCommandRunner();

const batchAt = (at: number): TelemetryBatch => ({
  from: at,
  to: at + 1,
  paths: [],
  policies: [],
  decisions: [{ policyId: 1, siteId: 's', paths: [], slaMet: true, reason: 'x'.repeat(20_000) }],
  events: [],
});

describe.skipIf(!isRoot)('telemetry on a disk that is full (skipped without root: it mounts a small one)', () => {
  let disk: string;

  beforeEach(async () => {
    disk = mkdtempSync(join(tmpdir(), 'patronus-disk-'));
    await runner.run({ tool: 'mount', args: ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk] });
  });
  afterEach(async () => {
    await runner.run({ tool: 'umount', args: ['-l', disk] });
    rmSync(disk, { recursive: true, force: true });
  });

  it('waits in memory, says so once, and is whole and in order when there is room again', async () => {
    const filler = join(disk, 'filler');
    writeFileSync(filler, 'x'.repeat(150_000));
    const troubles: (Error | null)[] = [];
    const spool = await TelemetrySpool.open({
      directory: join(disk, 'telemetry'),
      clock: new VirtualTime(),
      trouble: (error) => troubles.push(error),
    });
    for (let at = 0; at < 8; at += 1) await spool.append(batchAt(at));
    expect(troubles).toHaveLength(1);
    expect((troubles[0] as PatronusError).code).toBe('disk_full');
    rmSync(filler);
    await spool.append(batchAt(8));
    expect(troubles).toHaveLength(2);
    await spool.close();
    const after = await TelemetrySpool.open({
      directory: join(disk, 'telemetry'),
      clock: new VirtualTime(),
      trouble: () => undefined,
    });
    const records = await after.read(0, 100);
    expect(records.map((record) => record.batch.from)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await after.close();
  });
});
