import { InvalidInputError } from '@patronus/core';
import type { Store } from '../database/store.ts';
import {
  trafficBucketMs,
  trafficRepository,
  type TrafficKind,
  type TrafficPointRow,
  type TrafficResolution,
} from '../repositories/traffic-repository.ts';
import { trafficRetentionMs } from './traffic-service.ts';

const hourMs = 3_600_000;
/** Points of one object where nobody says how wide they shall be. */
const defaultPoints = 300;
/** Some hundred kilobytes at a time, and some milliseconds until other work has its turn. */
const pageSize = 2_000;

export interface TrafficQuery {
  /** Unix ms; default an hour before `to`. */
  readonly from?: number | undefined;
  /** Unix ms, not included; default now. */
  readonly to?: number | undefined;
  /** Width of a point, ms; it becomes a multiple of the resolution that is kept so long. */
  readonly step?: number | undefined;
}

/** A range as it is read: its ends are multiples of the step. */
export interface TrafficSpan {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly resolution: TrafficResolution;
}

/** History of traffic. */
export class TrafficHistory {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What a query will read. Errors: `invalid_input` for an empty range. */
  span(query: TrafficQuery): TrafficSpan {
    const now = this.#store.wallMs;
    const to = query.to ?? now + 1;
    const from = query.from ?? to - hourMs;
    if (from >= to) {
      throw new InvalidInputError([{ field: 'from', problem: 'is not before "to"', remedy: 'use unix milliseconds' }]);
    }
    const wanted = query.step ?? (to - from) / defaultPoints;
    const resolution = finestOf(wanted, now - from);
    const width = trafficBucketMs[resolution];
    const stepMs = Math.max(1, Math.round(wanted / width)) * width;
    return { from: from - (from % stepMs), to: to - 1 - ((to - 1) % stepMs) + stepMs, stepMs, resolution };
  }

  /** One object step by step, in order of time, some at once. Steps without traffic are left out. */
  async *read(kind: TrafficKind, objectId: string, span: TrafficSpan): AsyncGenerator<TrafficPointRow[]> {
    let open: TrafficPointRow | undefined;
    let { from } = span;
    for (;;) {
      const range = { kind, from, to: span.to };
      const rows = await trafficRepository.readBuckets(this.#store.db, span.resolution, range, objectId, pageSize);
      const points: TrafficPointRow[] = [];
      for (const row of rows) {
        const timestamp = row.timestamp - (row.timestamp % span.stepMs);
        if (open?.timestamp === timestamp) {
          open = sumOf(open, row);
          continue;
        }
        if (open !== undefined) points.push(open);
        open = { ...row, timestamp };
      }
      const isLast = rows.length < pageSize;
      if (isLast && open !== undefined) points.push(open);
      if (points.length > 0) yield points;
      if (isLast) return;
      from = rows.at(-1)!.timestamp + 1;
    }
  }

  /** All objects of a kind together, step by step, in order of time. */
  readSums(kind: TrafficKind, span: TrafficSpan): Promise<TrafficPointRow[]> {
    return trafficRepository.readSums(this.#store.db, span.resolution, { kind, ...span }, span.stepMs);
  }
}

/** The finest resolution that is kept for so long and is not finer than needed. */
function finestOf(stepMs: number, ageMs: number): TrafficResolution {
  if (stepMs < trafficBucketMs.minute && ageMs <= trafficRetentionMs.tenSeconds) return 'tenSeconds';
  if (stepMs < trafficBucketMs.hour && ageMs <= trafficRetentionMs.minute) return 'minute';
  return 'hour';
}

const sumOf = (a: TrafficPointRow, b: TrafficPointRow): TrafficPointRow => ({
  timestamp: a.timestamp,
  packets_matched: a.packets_matched + b.packets_matched,
  bytes_matched: a.bytes_matched + b.bytes_matched,
  bytes_sent: a.bytes_sent + b.bytes_sent,
  bytes_received: a.bytes_received + b.bytes_received,
});
