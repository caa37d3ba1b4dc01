import { describe, expect, it } from 'vitest';
import { ArrivalLog } from './arrival-log.ts';
import { udpResult } from './udp-result.ts';

const start = 1_000_000;

/** A stream of one packet every 10 ms; `delayOf` says how long each takes, null for never. Twice: a second copy as well. */
function stream(count: number, delayOf: (sequence: number) => number | null, twice: number[] = []) {
  const arrivals = Array.from({ length: count }, (_, sequence) => sequence)
    .flatMap((sequence) => (twice.includes(sequence) ? [sequence, sequence] : [sequence]))
    .flatMap((sequence) => {
      const delayMs = delayOf(sequence);
      const sentMs = start + 10 * sequence;
      return delayMs === null ? [] : [{ sequence, sentMs, receivedMs: sentMs + delayMs }];
    })
    .toSorted((a, b) => a.receivedMs - b.receivedMs);
  const log = new ArrivalLog();
  for (const { sequence, sentMs, receivedMs } of arrivals) log.add(sequence, sentMs, receivedMs);
  const lastMs = start + 10 * (count - 1);
  return udpResult({ count, firstMs: start, lastMs, refused: 0, pausedMs: 0 }, ArrivalLog.decode(log.encode()), 100);
}

describe('the result of a UDP stream', () => {
  it('shows nothing wrong with a sound stream', () => {
    expect(stream(100, () => 20)).toMatchObject({
      sent: 100,
      received: 100,
      lost: 0,
      lostPercent: 0,
      duplicated: 0,
      reordered: 0,
      outages: [],
      longestOutageMs: 0,
      delay: { minMs: 20, medianMs: 20, maxMs: 20 },
    });
  });

  it('measures an outage between arrivals, less one interval', () => {
    const result = stream(100, (sequence) => (sequence >= 40 && sequence < 60 ? null : 20));
    expect(result.lost).toBe(20);
    expect(result.outages).toEqual([
      {
        fromMs: start + 410,
        lastSentMs: start + 390,
        toMs: start + 620,
        durationMs: 200,
        lostPackets: 20,
        lasted: false,
      },
    ]);
    expect(result.longestOutageMs).toBe(200);
  });

  it('counts a longer way as part of an outage, since the listener waits for it', () => {
    const result = stream(100, (sequence) => (sequence >= 40 && sequence < 60 ? null : sequence < 40 ? 20 : 50));
    expect(result.longestOutageMs).toBe(230);
  });

  it('knows an outage that lasts to the end, and one from the start', () => {
    const cutOff = stream(100, (sequence) => (sequence < 50 ? 20 : null));
    expect(cutOff.outages).toMatchObject([{ lasted: true, lostPackets: 50, fromMs: start + 510, toMs: start + 1010 }]);
    expect(stream(100, () => null)).toMatchObject({ received: 0, longestOutageMs: 990, delay: null });
  });

  it('takes packets that were overtaken for reordered, not for lost', () => {
    const result = stream(100, (sequence) => (sequence >= 40 && sequence < 45 ? 80 : 20));
    expect(result).toMatchObject({ lost: 0, reordered: 5, outages: [] });
  });

  it('counts a second copy as duplicated', () => {
    expect(stream(100, () => 20, [7, 8])).toMatchObject({ received: 100, duplicated: 2, reordered: 0, lost: 0 });
  });

  it('takes single missing packets for loss, not for outages', () => {
    const result = stream(100, (sequence) => (sequence % 10 === 5 ? null : 20));
    expect(result).toMatchObject({ lost: 10, lostPercent: 10, outages: [], longestOutageMs: 0 });
  });

  it('shows loss and delay where they happened', () => {
    const result = stream(100, (sequence) => (sequence >= 40 && sequence < 45 ? null : sequence < 50 ? 20 : 30));
    expect(result.slices).toHaveLength(10);
    expect(result.slices[4]).toEqual({ startMs: start + 400, sent: 10, lost: 5, delayMs: 20, maxDelayMs: 20 });
    expect(result.slices[5]).toMatchObject({ lost: 0, delayMs: 30 });
    expect(result.lostPackets[0]).toEqual({ sequence: 40, sentMs: start + 400 });
  });

  it('survives a sender that sent nothing', () => {
    expect(stream(0, () => 20)).toMatchObject({ sent: 0, received: 0, lost: 0, slices: [], outages: [] });
  });
});
