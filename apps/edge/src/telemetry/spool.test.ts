import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NetworkEvent } from '@patronus/core';
import type { TelemetryBatch } from '@patronus/protocol';
import { VirtualTime } from '@patronus/testkit';
import { spoolSize, TelemetrySpool, type SpoolRecord } from './spool.ts';

let directory: string;
let time: VirtualTime;
let troubles: (string | null)[];
const opened: TelemetrySpool[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patronus-spool-'));
  time = new VirtualTime();
  troubles = [];
});
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
  rmSync(directory, { recursive: true, force: true });
});

const open = async (maxBytes = 64 * 1024 * 1024): Promise<TelemetrySpool> => {
  const trouble = (error: Error | null): void => void troubles.push(error?.message ?? null);
  const spool = await TelemetrySpool.open({ directory, clock: time, maxBytes, trouble });
  opened.push(spool);
  return spool;
};

const anEvent = (message: string): NetworkEvent => ({
  id: message,
  timestamp: 0,
  eventType: 'path_down',
  severity: 'warning',
  message,
  metadata: {},
});

const batchAt = (at: number, events: string[] = [], padding = 0): TelemetryBatch => ({
  from: at,
  to: at + 1,
  paths: [],
  policies: [],
  decisions: [{ policyId: 1, siteId: 's', paths: [], slaMet: true, reason: 'x'.repeat(padding) }],
  events: events.map(anEvent),
});

const starts = (records: readonly SpoolRecord[]): number[] => records.map((record) => record.batch.from);
const all = (spool: TelemetrySpool): Promise<SpoolRecord[]> => spool.read(0, 100_000);

describe('telemetry on disk', () => {
  it('is there in order after a restart, and numbers go on rising', async () => {
    const before = await open();
    for (let at = 0; at < 40; at += 1) await before.append(batchAt(at));
    const lastNumber = (await all(before)).at(-1)!.sequence;
    const after = await open();
    await after.append(batchAt(40));
    const records = await all(after);
    expect(starts(records)).toEqual(Array.from({ length: 41 }, (_, at) => at));
    expect(records.at(-1)!.sequence).toBeGreaterThan(lastNumber);
  });

  it('loses only the line that a crash cut short', async () => {
    const before = await open();
    for (let at = 0; at < 3; at += 1) await before.append(batchAt(at));
    appendFileSync(join(directory, readdirSync(directory)[0]!), '{"sequence":99,"bat');
    expect(starts(await all(await open()))).toEqual([0, 1, 2]);
  });

  it('goes when it is acknowledged, and only then', async () => {
    const before = await open();
    for (let at = 0; at < 5; at += 1) await before.append(batchAt(at));
    const records = await all(before);
    await before.close();
    const spool = await open();
    expect(spool.size().waitingBatches).toBe(5);
    await spool.acknowledge(records.at(-1)!.sequence);
    expect(spool.size().waitingBatches).toBe(0);
    expect(await all(spool)).toEqual([]);
    expect(await spoolSize(directory)).toEqual({ waitingBatches: 0, waitingBytes: 0 });
  });

  it('gives no number again that a power cut took from the disk but not from the controller', async () => {
    const before = await open();
    for (let at = 0; at < 5; at += 1) await before.append(batchAt(at));
    const delivered = (await all(before)).at(-1)!.sequence;
    const file = join(directory, readdirSync(directory)[0]!);
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, 2).join('\n'));
    const after = await open();
    await after.append(batchAt(5));
    expect((await all(after)).at(-1)!.sequence).toBeGreaterThan(delivered);
  });

  it('never gives a number again that the controller has', async () => {
    const spool = await open();
    await spool.acknowledge(5_000_000);
    await spool.append(batchAt(1));
    expect((await all(spool))[0]!.sequence).toBeGreaterThan(5_000_000);
  });
});

describe('telemetry that outgrows its room', () => {
  const mebibyte = 1024 * 1024;

  it('gives up the oldest reports and keeps all events', async () => {
    const spool = await open(3 * mebibyte);
    for (let at = 0; at < 60; at += 1)
      await spool.append(batchAt(at, at % 10 === 0 ? [`event at ${at}`] : [], 100_000));
    expect(spool.size().waitingBytes).toBeLessThanOrEqual(3 * mebibyte);
    const records = await all(spool);
    expect(records.flatMap((record) => record.batch.events.map((event) => event.message))).toEqual(
      [0, 10, 20, 30, 40, 50].map((at) => `event at ${at}`),
    );
    expect(records.find((record) => record.batch.from === 0)!.batch.decisions).toEqual([]);
    expect(records.find((record) => record.batch.from === 59)!.batch.decisions).toHaveLength(1);
    expect(starts(records)).toEqual(starts(records).toSorted((a, b) => a - b));
    expect(spool.takeDropped()).toMatchObject({ from: 0, batches: expect.any(Number) as number });
    expect(spool.takeDropped()).toBeNull();
  });

  it('gives up the oldest events when nothing else is left', async () => {
    const spool = await open(2 * mebibyte);
    for (let at = 0; at < 60; at += 1) await spool.append(batchAt(at, [`${at} ${'y'.repeat(100_000)}`]));
    expect(spool.size().waitingBytes).toBeLessThanOrEqual(2 * mebibyte);
    expect((await all(spool)).at(-1)!.batch.from).toBe(59);
  });
});

it('keeps what it can in memory while the disk refuses, says so once, and writes it when the disk takes again', async () => {
  const spool = await open();
  rmSync(directory, { recursive: true });
  writeFileSync(directory, 'in the way');
  for (let at = 0; at < 400; at += 1) await spool.append(batchAt(at, at === 0 ? ['first'] : []));
  expect(troubles).toHaveLength(1);
  expect(spool.size().waitingBatches).toBe(300);
  expect((await all(spool))[0]!.batch.events[0]!.message).toBe('first');
  rmSync(directory);
  await spool.append(batchAt(400));
  expect(troubles.at(-1)).toBeNull();
  expect((await spoolSize(directory)).waitingBatches).toBe(301);
});
