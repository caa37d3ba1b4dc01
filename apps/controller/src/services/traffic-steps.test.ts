import { describe, expect, it } from 'vitest';
import { TrafficLedger } from './traffic-ledger.ts';
import { stepsBetween } from './traffic-steps.ts';

describe('counts that were told at two times', () => {
  it('stand in the steps between, each with its share', () => {
    expect(stepsBetween(4_000, 24_000)).toEqual([
      { bucket: 0, upTo: 0.3 },
      { bucket: 10_000, upTo: 0.8 },
      { bucket: 20_000, upTo: 1 },
    ]);
    expect(stepsBetween(11_000, 12_000)).toEqual([{ bucket: 10_000, upTo: 1 }]);
  });

  it.each([
    ['for the first time', null, 25_000],
    ['after a long silence', 25_000 - 60_001, 25_000],
    ['at once again', 25_000, 25_000],
    ['by a clock that was put back', 26_000, 25_000],
  ])('stand where they were told: %s', (_when, since, until) => {
    expect(stepsBetween(since, until)).toEqual([{ bucket: 20_000, upTo: 1 }]);
  });
});

describe('the history of a steady flow', () => {
  const edge = { edge_id: 'e', site_id: 's' };
  const endpoints = new Map([['p', 'u']]);

  /** Octets by step of a path that sends 1,000 in a second, reported at these seconds. */
  function history(seconds: readonly number[]): Map<number, number> {
    const ledger = new TrafficLedger();
    for (const second of seconds) {
      const report = { pathId: 'p', bytesSent: second * 1_000, bytesReceived: 0 };
      ledger.countPaths(edge, second * 1_000, [report] as never, endpoints);
    }
    const rows = ledger.take().added.filter(({ kind }) => kind === 'path');
    return new Map(rows.map(({ bucket, bytes_sent }) => [bucket, bytes_sent]));
  }

  it.each([
    ['every 11 seconds', 11],
    ['every 10 seconds', 10],
    ['every 3 seconds', 3],
    ['every 29 seconds', 29],
  ])('has no hole and no peak when it is told %s', (_period, period) => {
    const seconds = Array.from({ length: 12 }, (_, index) => 1 + index * period);
    const last = seconds.at(-1)! * 1_000;
    const whole = [...history(seconds)].filter(([bucket]) => bucket > 0 && bucket + 10_000 <= last);
    expect(whole.length).toBe(Math.floor(last / 10_000) - 1);
    for (const [, octets] of whole) expect(Math.abs(octets - 10_000)).toBeLessThanOrEqual(1);
  });

  it('adds up to what was counted, whatever the shares', () => {
    const sum = [...history([1, 8.7, 23.123, 31.004]).values()].reduce((total, octets) => total + octets, 0);
    expect(sum).toBe(31_004);
  });
});
