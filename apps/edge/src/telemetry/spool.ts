import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import type { Clock } from '@patronus/core';
import type { TelemetryBatch } from '@patronus/protocol';
import { fileError, isDiskFull } from '../state/index.ts';
import {
  findSegments,
  lineOf,
  newSegment,
  readSegment,
  stripReports,
  type Segment,
  type SpoolRecord,
} from './segment-file.ts';

export type { SpoolRecord } from './segment-file.ts';

/** Hours of a small site, and an hour and more of one with 400 paths. */
export const defaultSpoolBytes = 64 * 1024 * 1024;
/** The unit in which room is given back. */
const segmentBytes = 1024 * 1024;
/** A reading of the disk that is repeated at most this often loses at most this much to a power cut; events never wait for it. */
const syncPeriodMs = 10_000;
/** Kept in memory while the disk takes nothing. */
const maxUnsaved = 300;
/** Kept in memory so that what goes out right away need not be read back. */
const maxRecent = 16;
/**
 * A power cut may take batches that the controller has already; their numbers must not be given again, or the controller
 * takes the new ones for those it knows. More than can be unsynced at any time.
 */
const sequenceGapAtStart = 1_000;

/** Batches that were given up to stay within the bound. */
export interface Dropped {
  readonly batches: number;
  readonly from: number;
  readonly to: number;
}

export interface SpoolOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly maxBytes?: number;
  /** Told when the disk begins to refuse, and with null when it takes again. */
  readonly trouble: (error: Error | null) => void;
}

/**
 * Batches that wait for the controller: appended to files, given back when acknowledged, the oldest reports given up when
 * they outgrow their room, events last. Numbers go on rising over restarts. A disk that is full costs the oldest batches,
 * never the program.
 */
export class TelemetrySpool {
  private readonly options: SpoolOptions & { readonly maxBytes: number };
  private readonly segments: Segment[];
  private tail: Segment;
  private file: FileHandle | null = null;
  private next: number;
  private acknowledged = 0;
  private unsaved: SpoolRecord[] = [];
  private recent: SpoolRecord[] = [];
  private lastSyncMs: number;
  private inTrouble = false;
  private lost: Dropped | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SpoolOptions, segments: Segment[]) {
    this.options = { maxBytes: defaultSpoolBytes, ...options };
    this.next = segments.length === 0 ? 1 : segments.at(-1)!.last + sequenceGapAtStart;
    this.tail = newSegment(options.directory, this.next);
    this.segments = [...segments, this.tail];
    this.lastSyncMs = options.clock.now();
  }

  static async open(options: SpoolOptions): Promise<TelemetrySpool> {
    try {
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
      return new TelemetrySpool(options, await findSegments(options.directory));
    } catch (error) {
      throw fileError(error, `cannot use ${options.directory}`);
    }
  }

  /** Batches that wait, and the octets they take. */
  size(): { waitingBatches: number; waitingBytes: number } {
    const waiting = this.segments.filter((segment) => segment.last > this.acknowledged);
    return {
      waitingBatches: sum(waiting, (segment) => segment.records) + this.unsaved.length,
      waitingBytes: sum(waiting, (segment) => segment.bytes),
    };
  }

  /** What was given up since this was last asked. */
  takeDropped(): Dropped | null {
    const { lost } = this;
    this.lost = null;
    return lost;
  }

  append(batch: TelemetryBatch): Promise<void> {
    const record = { sequence: this.next, batch };
    this.next += 1;
    this.unsaved.push(record);
    this.recent = [...this.recent.slice(1 - maxRecent), record];
    return this.inTurn(() => this.save(batch.events.length > 0));
  }

  /** Records from a sequence on, in order, at most `limit`. */
  read(from: number, limit: number): Promise<SpoolRecord[]> {
    return this.inTurn(async () => {
      if (this.recent[0] !== undefined && from >= this.recent[0].sequence) {
        return this.recent.filter((record) => record.sequence >= from).slice(0, limit);
      }
      const found: SpoolRecord[] = [];
      for (const segment of this.segments) {
        if (segment.last < from || segment.records === 0) continue;
        found.push(...(await readSegment(segment)).filter((record) => record.sequence >= from));
        if (found.length >= limit) break;
      }
      found.push(...this.unsaved.filter((record) => record.sequence >= from));
      return found.slice(0, limit);
    });
  }

  /** The controller has everything up to this sequence. */
  acknowledge(sequence: number): Promise<void> {
    return this.inTurn(async () => {
      this.acknowledged = Math.max(this.acknowledged, sequence);
      this.next = Math.max(this.next, sequence + 1);
      this.unsaved = this.unsaved.filter((record) => record.sequence > sequence);
      const done = this.segments.filter((segment) => segment.last <= sequence && segment !== this.tail);
      for (const segment of done) await this.remove(segment);
    });
  }

  async close(): Promise<void> {
    await this.inTurn(async () => {
      await this.save(true);
      await this.file?.close();
      this.file = null;
    });
  }

  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.turn.then(step);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async save(syncNow: boolean): Promise<void> {
    try {
      while (this.unsaved.length > 0) {
        await this.write(this.unsaved[0]!);
        this.unsaved.shift();
      }
      await this.sync(syncNow);
      await this.stayWithinBound();
      this.tell(null);
    } catch (error) {
      this.tell(isDiskFull(error) ? fileError(error, 'telemetry cannot be kept') : (error as Error));
      while (this.unsaved.length > maxUnsaved) this.gaveUp(this.takeLeastUnsaved());
    }
  }

  /** The oldest that has no event, else the oldest. */
  private takeLeastUnsaved(): SpoolRecord[] {
    const index = this.unsaved.findIndex((record) => record.batch.events.length === 0);
    return this.unsaved.splice(Math.max(0, index), 1);
  }

  private async write(record: SpoolRecord): Promise<void> {
    if (this.tail.bytes >= segmentBytes) await this.startSegment(record.sequence);
    this.file ??= await this.openTail();
    const line = Buffer.from(lineOf(record));
    try {
      await this.file.appendFile(line);
    } catch (error) {
      // Half a line may be there: the next record must begin where the last whole one ended.
      await this.file.truncate(this.tail.bytes);
      throw error;
    }
    this.tail.bytes += line.length;
    this.tail.records += 1;
    this.tail.last = record.sequence;
  }

  private async openTail(): Promise<FileHandle> {
    await mkdir(this.options.directory, { recursive: true, mode: 0o700 });
    return open(this.tail.path, 'a', 0o600);
  }

  private async startSegment(first: number): Promise<void> {
    await this.sync(true);
    await this.file?.close();
    this.file = null;
    this.tail = newSegment(this.options.directory, first);
    const before = this.segments.at(-1)!;
    this.segments.push(this.tail);
    if (before.last <= this.acknowledged) await this.remove(before);
  }

  private async sync(now: boolean): Promise<void> {
    const { clock } = this.options;
    if (!now && clock.now() - this.lastSyncMs < syncPeriodMs) return;
    await this.file?.datasync();
    this.lastSyncMs = clock.now();
  }

  private async stayWithinBound(): Promise<void> {
    while (sum(this.segments, (segment) => segment.bytes) > this.options.maxBytes) {
      if (await this.stripOldest()) continue;
      const oldest = this.segments[0]!;
      if (oldest === this.tail) return;
      this.gaveUp(await readSegment(oldest));
      await this.remove(oldest);
    }
  }

  /** Gives up the reports of the oldest segment that has some; false when there is none. */
  private async stripOldest(): Promise<boolean> {
    const oldest = this.segments.find((segment) => !segment.stripped && segment !== this.tail);
    if (oldest === undefined) return false;
    this.gaveUp(await stripReports(oldest));
    return true;
  }

  private async remove(segment: Segment): Promise<void> {
    await rm(segment.path, { force: true });
    this.segments.splice(this.segments.indexOf(segment), 1);
  }

  private gaveUp(records: readonly SpoolRecord[]): void {
    const waiting = records.filter((record) => record.sequence > this.acknowledged);
    if (waiting.length === 0) return;
    this.lost = {
      batches: (this.lost?.batches ?? 0) + waiting.length,
      from: Math.min(this.lost?.from ?? Infinity, waiting[0]!.batch.from),
      to: Math.max(this.lost?.to ?? 0, waiting.at(-1)!.batch.to),
    };
  }

  private tell(error: Error | null): void {
    if ((error !== null) === this.inTrouble) return;
    this.inTrouble = error !== null;
    this.options.trouble(error);
  }
}

/** What waits in a directory that no edge uses now. */
export async function spoolSize(directory: string): Promise<{ waitingBatches: number; waitingBytes: number }> {
  const segments = await findSegments(directory);
  return {
    waitingBatches: sum(segments, (segment) => segment.records),
    waitingBytes: sum(segments, (segment) => segment.bytes),
  };
}

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);
