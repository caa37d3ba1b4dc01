import { mean, percentile } from '@patronus/core';
import type { ArrivalLog } from './arrival-log.ts';
import { outagesOf, type Outage } from './outage.ts';

/** What the sender of a UDP stream says at the end. Times are unix ms. */
export interface UdpSendEnd {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Packets the sender's own kernel did not take. */
  readonly refused: number;
  /** How long the sender was kept from running, and sent nothing. */
  readonly pausedMs: number;
}

export interface UdpReceiveEnd {
  readonly arrivals: string;
}

/** A tenth of a second of a stream, by time of sending. */
export interface UdpSlice {
  /** Unix ms. */
  readonly startMs: number;
  readonly sent: number;
  readonly lost: number;
  /** Mean and largest one-way delay; null where nothing arrived. */
  readonly delayMs: number | null;
  readonly maxDelayMs: number | null;
}

/** Where a packet that never arrived was in the stream. */
export interface LostPacket {
  readonly sequence: number;
  /** Unix ms, from its place in the schedule. */
  readonly sentMs: number;
}

/** What became of a UDP stream. Times are unix ms, delays one way. */
export interface UdpResult {
  readonly kind: 'udp';
  readonly firstMs: number;
  readonly lastMs: number;
  readonly intervalMs: number;
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly lostPercent: number;
  readonly duplicated: number;
  /** Packets that arrived after one that was sent later (RFC 4737, section 3.4). */
  readonly reordered: number;
  readonly refused: number;
  readonly pausedMs: number;
  /** In order of time. */
  readonly outages: readonly Outage[];
  readonly longestOutageMs: number;
  /** Null where nothing arrived. */
  readonly delay: {
    readonly minMs: number;
    readonly medianMs: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  } | null;
  readonly slices: readonly UdpSlice[];
  readonly lostPackets: readonly LostPacket[];
  /** Every packet that arrived, in order of sending. */
  readonly arrivedPackets: readonly ArrivedPacket[];
}

export interface ArrivedPacket {
  /** Unix ms. */
  readonly sentMs: number;
  readonly delayMs: number;
  /** Whether one that was sent later arrived sooner. */
  readonly overtaken: boolean;
}

const sliceMs = 100;

/** Puts together what the sender did and what the receiver saw. */
export function udpResult(sending: UdpSendEnd, log: ArrivalLog, rate: number): UdpResult {
  const intervalMs = 1000 / rate;
  const sentMs = new Float64Array(sending.count).fill(Number.NaN);
  const delays = new Float64Array(sending.count).fill(Number.NaN);
  const overtaken = new Uint8Array(sending.count);
  let [received, duplicated, reordered, highest] = [0, 0, 0, -1];
  for (const arrival of log) {
    const { sequence } = arrival;
    if (sequence >= sending.count) continue;
    if (!Number.isNaN(delays[sequence]!)) {
      duplicated++;
      continue;
    }
    received++;
    sentMs[sequence] = arrival.sentMs;
    delays[sequence] = arrival.receivedMs - arrival.sentMs;
    if (sequence > highest) {
      highest = sequence;
      continue;
    }
    overtaken[sequence] = 1;
    reordered++;
  }
  const lostPackets = fillIn(sentMs, sending, intervalMs);
  const outages = outagesOf(log, sending, intervalMs, (sequence) => Number.isNaN(delays[sequence]!));
  const known = Array.from(delays.filter((delay) => !Number.isNaN(delay)));
  return {
    kind: 'udp',
    firstMs: sending.firstMs,
    lastMs: sending.lastMs,
    intervalMs,
    sent: sending.count,
    received,
    lost: lostPackets.length,
    lostPercent: sending.count === 0 ? 0 : (100 * lostPackets.length) / sending.count,
    duplicated,
    reordered,
    refused: sending.refused,
    pausedMs: sending.pausedMs,
    outages,
    longestOutageMs: Math.max(0, ...outages.map((outage) => outage.durationMs)),
    delay: known.length === 0 ? null : summary(known),
    slices: slices(sentMs, delays, sending),
    lostPackets,
    arrivedPackets: Array.from(delays, (delayMs, sequence) => ({
      sentMs: sentMs[sequence]!,
      delayMs,
      overtaken: overtaken[sequence] === 1,
    })).filter(({ delayMs }) => !Number.isNaN(delayMs)),
  };
}

/** Gives lost packets the time of sending that their place between the others tells, and lists them. */
function fillIn(sentMs: Float64Array, sending: UdpSendEnd, intervalMs: number): LostPacket[] {
  const lost: LostPacket[] = [];
  let previousMs = sending.firstMs - intervalMs;
  for (let sequence = 0; sequence < sentMs.length; sequence++) {
    if (Number.isNaN(sentMs[sequence]!)) {
      sentMs[sequence] = Math.min(previousMs + intervalMs, sending.lastMs);
      lost.push({ sequence, sentMs: sentMs[sequence]! });
    }
    previousMs = sentMs[sequence]!;
  }
  return lost;
}

const summary = (delays: number[]): NonNullable<UdpResult['delay']> => ({
  minMs: percentile(delays, 0),
  medianMs: percentile(delays, 0.5),
  p99Ms: percentile(delays, 0.99),
  maxMs: percentile(delays, 1),
});

function slices(sentMs: Float64Array, delays: Float64Array, { firstMs, lastMs }: UdpSendEnd): UdpSlice[] {
  if (sentMs.length === 0) return [];
  const bins = Array.from({ length: Math.floor((lastMs - firstMs) / sliceMs) + 1 }, () => ({
    sent: 0,
    delays: [] as number[],
  }));
  for (let sequence = 0; sequence < sentMs.length; sequence++) {
    const bin = bins[Math.min(bins.length - 1, Math.max(0, Math.floor((sentMs[sequence]! - firstMs) / sliceMs)))]!;
    bin.sent++;
    if (!Number.isNaN(delays[sequence]!)) bin.delays.push(delays[sequence]!);
  }
  return bins.map((bin, index) => ({
    startMs: firstMs + index * sliceMs,
    sent: bin.sent,
    lost: bin.sent - bin.delays.length,
    delayMs: bin.delays.length === 0 ? null : mean(bin.delays),
    maxDelayMs: bin.delays.length === 0 ? null : Math.max(...bin.delays),
  }));
}
