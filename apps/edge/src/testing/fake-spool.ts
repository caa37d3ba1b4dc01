import type { TelemetryBatch } from '@patronus/protocol';
import type { Dropped, Spool, SpoolRecord } from '../telemetry/index.ts';

/** A spool that is a list. */
export class FakeSpool implements Spool {
  records: SpoolRecord[] = [];
  dropped: Dropped | null = null;
  private next = 1;

  append(batch: TelemetryBatch): Promise<void> {
    this.records.push({ sequence: this.next++, batch });
    return Promise.resolve();
  }

  read(from: number, limit: number): Promise<SpoolRecord[]> {
    return Promise.resolve(this.records.filter((record) => record.sequence >= from).slice(0, limit));
  }

  acknowledge(sequence: number): Promise<void> {
    this.records = this.records.filter((record) => record.sequence > sequence);
    return Promise.resolve();
  }

  size(): { waitingBatches: number; waitingBytes: number } {
    return { waitingBatches: this.records.length, waitingBytes: 0 };
  }

  takeDropped(): Dropped | null {
    return this.dropped;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
