import { ArrivalLog } from '../../traffic/arrival-log.ts';
import { requestResult, tcpResult, udpResult, type HostRef, type StreamResult } from '../../traffic/index.ts';
import type { Observations } from '../observations.ts';
import type { ObservedEvent } from '../ports.ts';

/** Results of streams as a run of 10 s would have them, for tests: what happens is told in ms after the start. */
export const runStartMs = 1_800_000_000_000;
const runMs = 10_000;
const from: HostRef = { site: 'branch' };
const to: HostRef = { site: 'hq' };

interface UdpStory {
  /** Packets sent within are lost. */
  readonly cut?: readonly [number, number];
  readonly delayMs?: (atMs: number) => number;
}

export function udpStory(name: string, { cut = [-1, -1], delayMs = () => 20 }: UdpStory = {}): StreamResult {
  const rate = 100;
  const count = (runMs / 1000) * rate;
  const arrivals = Array.from({ length: count }, (_, sequence) => ({ sequence, atMs: (sequence * 1000) / rate }))
    .filter(({ atMs }) => atMs < cut[0] || atMs >= cut[1])
    .map(({ sequence, atMs }) => ({
      sequence,
      sentMs: runStartMs + atMs,
      receivedMs: runStartMs + atMs + delayMs(atMs),
    }))
    .toSorted((a, b) => a.receivedMs - b.receivedMs);
  const log = new ArrivalLog();
  for (const { sequence, sentMs, receivedMs } of arrivals) log.add(sequence, sentMs, receivedMs);
  const sending = { count, firstMs: runStartMs, lastMs: runStartMs + runMs - 1000 / rate, refused: 0, pausedMs: 0 };
  return {
    name,
    stream: { name, kind: 'udp', from, to, port: 16_400, rate, bytes: 172, dscp: 46 },
    result: udpResult(sending, log, rate),
  };
}

export function tcpStory(name: string, stall?: readonly [number, number], error: string | null = null): StreamResult {
  const slices = Array.from({ length: runMs / 100 }, (_, index) => {
    const atMs = index * 100;
    return stall !== undefined && atMs >= stall[0] && atMs < stall[1] ? null : 25_000;
  });
  const bytes = slices.reduce<number>((sum, slice) => sum + (slice ?? 0), 0);
  const sending = { bytes, startedMs: runStartMs, error, closedCleanly: error === null };
  const stalls = stall === undefined ? [] : [{ fromMs: runStartMs + stall[0], toMs: runStartMs + stall[1] }];
  const receiving = {
    bytes,
    connections: 1,
    error: null,
    firstMs: runStartMs,
    lastMs: runStartMs + runMs,
    slices,
    stalls,
  };
  return {
    name,
    stream: { name, kind: 'tcp', from, to, port: 5201, rateBps: 2e6 },
    result: tcpResult(sending, receiving, runStartMs + runMs),
  };
}

export function requestStory(name: string, failed?: readonly [number, number]): StreamResult {
  const outcomes = Array.from({ length: 100 }, (_, index) => {
    const atMs = index * 100;
    const fails = failed !== undefined && atMs >= failed[0] && atMs < failed[1];
    return { startedMs: runStartMs + atMs, latencyMs: fails ? 2000 : 80, failure: fails ? 'no answer' : null };
  });
  return {
    name,
    stream: { name, kind: 'request', from, to, port: 8000, rate: 10, answerBytes: 2000, timeoutMs: 2000 },
    result: requestResult(outcomes),
  };
}

export const eventAt = (
  atMs: number,
  type: string,
  metadata: Readonly<Record<string, unknown>> = {},
  site = 'branch',
): ObservedEvent => ({ timestamp: runStartMs + atMs, event_type: type, message: `${type} at ${site}`, site, metadata });

/** A run in which `cut` is done at 3 s and `mended` at 6 s, and nothing else happens. */
export const quietRun = (parts: Partial<Observations> = {}): Observations => ({
  startedMs: runStartMs,
  endedMs: runStartMs + runMs,
  steps: [
    {
      name: 'cut',
      text: 'silently break branch mpls',
      startedMs: runStartMs + 3000,
      endedMs: runStartMs + 3050,
      holds: false,
    },
    {
      name: 'mended',
      text: 'heal branch mpls',
      startedMs: runStartMs + 6000,
      endedMs: runStartMs + 6050,
      holds: false,
    },
  ],
  streams: [],
  decisions: [],
  events: [],
  measurements: [],
  ...parts,
});
