import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TelemetryBatch } from '@patronus/protocol';
import { errnoOf, readIfPresent, writeDurably } from '../state/index.ts';

/** One batch as it lies on disk, a line of JSON. Sequences rise, with gaps where batches were given up. */
export interface SpoolRecord {
  readonly sequence: number;
  readonly batch: TelemetryBatch;
}

/** A file of records in order, named after its first sequence. */
export interface Segment {
  readonly path: string;
  readonly first: number;
  /** Below `first` while it is empty. */
  last: number;
  records: number;
  bytes: number;
  /** Only events are left in it. */
  stripped: boolean;
}

const namePattern = /^(\d{15})\.jsonl$/;

export const newSegment = (directory: string, first: number): Segment => ({
  path: join(directory, `${String(first).padStart(15, '0')}.jsonl`),
  first,
  last: first - 1,
  records: 0,
  bytes: 0,
  stripped: false,
});

export const lineOf = (record: SpoolRecord): string => `${JSON.stringify(record)}\n`;

/** Segments on disk, oldest first. */
export async function findSegments(directory: string): Promise<Segment[]> {
  const names = (await namesIn(directory)).filter((name) => namePattern.test(name)).toSorted();
  const segments: Segment[] = [];
  for (const name of names) segments.push(await examine(directory, name));
  return segments;
}

/** The records of a segment; a line that a crash cut short, or that is damaged or gone otherwise, is left out. */
export async function readSegment(segment: Segment): Promise<SpoolRecord[]> {
  const text = await readIfPresent(segment.path);
  return (text ?? '')
    .split('\n')
    .map(recordOf)
    .filter((record) => record !== null);
}

/** Leaves only the events of a segment; answers with what was in it before. */
export async function stripReports(segment: Segment): Promise<SpoolRecord[]> {
  const before = await readSegment(segment);
  const kept = before
    .filter((record) => record.batch.events.length > 0)
    .map(({ sequence, batch: { traffic: _traffic, flows: _flows, ...batch } }) => ({
      sequence,
      batch: { ...batch, paths: [], policies: [], decisions: [] },
    }));
  const text = kept.map(lineOf).join('');
  await writeDurably(segment.path, text);
  segment.stripped = true;
  segment.records = kept.length;
  segment.bytes = Buffer.byteLength(text);
  return before;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function examine(directory: string, name: string): Promise<Segment> {
  const segment = newSegment(directory, Number(namePattern.exec(name)![1]));
  const records = await readSegment(segment);
  segment.bytes = (await stat(segment.path)).size;
  segment.records = records.length;
  segment.last = records.at(-1)?.sequence ?? segment.last;
  return segment;
}

function recordOf(line: string): SpoolRecord | null {
  if (line === '') return null;
  try {
    const value = JSON.parse(line) as Partial<SpoolRecord> | null;
    return typeof value?.sequence === 'number' && typeof value.batch === 'object' ? (value as SpoolRecord) : null;
  } catch {
    return null;
  }
}
