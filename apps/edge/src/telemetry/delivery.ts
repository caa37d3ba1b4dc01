import type { Clock } from '@patronus/core';
import type { EdgeMessage, TelemetryBatch } from '@patronus/protocol';
import { shiftBatch } from './clock-correction.ts';
import type { SpoolRecord } from './spool.ts';

/** Batches on the way at once: enough to fill a slow line with round trips of seconds, and no burden on the controller. */
const windowBatches = 32;
/** A controller that has not acknowledged for this long did not store what it was sent; it is sent again. */
const acknowledgeLimitMs = 30_000;

export interface DeliveryParts {
  readonly spool: {
    read(from: number, limit: number): Promise<readonly SpoolRecord[]>;
    acknowledge(sequence: number): Promise<void>;
  };
  readonly clock: Clock;
  readonly send: (message: EdgeMessage) => boolean;
}

/** Sends what waits, in order, a window at a time, while the controller is there. */
export class TelemetryDelivery {
  private readonly parts: DeliveryParts;
  private online = false;
  private offsetMs = 0;
  private next = 0;
  private onTheWay: number[] = [];
  /** Up to here batches go one at a time, to find the one that the controller cannot read. */
  private singlyUntil = 0;
  private heardAtMs = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(parts: DeliveryParts) {
    this.parts = parts;
  }

  /** The controller is there and has everything up to `acknowledged`; times are sent moved by `offsetMs`. */
  async start(acknowledged: number, offsetMs: number): Promise<void> {
    this.online = true;
    this.offsetMs = offsetMs;
    await this.parts.spool.acknowledge(acknowledged);
    this.rewind(acknowledged + 1);
    await this.pump();
  }

  /**
   * The controller is gone. `unreadable`: it hung up because it could not read what it was sent; the batch to blame is found
   * by sending one at a time, and given up. Answers with its sequence, else null.
   */
  async stop(unreadable: boolean): Promise<number | null> {
    this.online = false;
    const [first] = this.onTheWay;
    if (!unreadable || first === undefined) return null;
    if (this.onTheWay.length > 1) {
      this.singlyUntil = this.onTheWay.at(-1)!;
      return null;
    }
    await this.parts.spool.acknowledge(first);
    return first;
  }

  async acknowledged(sequence: number): Promise<void> {
    this.heardAtMs = this.parts.clock.now();
    this.onTheWay = this.onTheWay.filter((each) => each > sequence);
    await this.parts.spool.acknowledge(sequence);
    await this.pump();
  }

  /** Sends what the window has room for. Told whenever there may be more. */
  pump(): Promise<void> {
    const sent = this.turn.then(() => this.sendWindow());
    this.turn = sent.catch(() => undefined);
    return sent;
  }

  private async sendWindow(): Promise<void> {
    if (!this.online) return;
    const oldest = this.onTheWay[0];
    if (oldest !== undefined && this.parts.clock.now() - this.heardAtMs > acknowledgeLimitMs) this.rewind(oldest);
    const room = (this.next <= this.singlyUntil ? 1 : windowBatches) - this.onTheWay.length;
    if (room <= 0) return;
    if (this.onTheWay.length === 0) this.heardAtMs = this.parts.clock.now();
    for (const record of await this.parts.spool.read(this.next, room)) {
      if (!this.online || !this.sendOne(record.sequence, record.batch)) return;
    }
  }

  private sendOne(sequence: number, batch: TelemetryBatch): boolean {
    const sent = this.parts.send({ type: 'telemetry', sequence, batch: shiftBatch(batch, this.offsetMs) });
    if (sent) {
      this.next = sequence + 1;
      this.onTheWay.push(sequence);
    }
    return sent;
  }

  private rewind(to: number): void {
    this.next = to;
    this.onTheWay = [];
    this.heardAtMs = this.parts.clock.now();
  }
}
