import { describe, expect, it } from 'vitest';
import type { TrafficPoint } from './traffic-kinds.ts';
import { csvOf, exportedRows, jsonOf, trafficCurves, trafficRows } from './traffic-rows.ts';

const to = Date.UTC(2026, 10, 21, 12);
const span = { from: to - 60_000, to };
const now = to + 60_000;
const point = (id: string, secondsAgo: number, bytes: number): TrafficPoint => ({
  id,
  name: id,
  timestamp: to - secondsAgo * 1000,
  packets_matched: 0,
  bytes_matched: bytes,
  bytes_sent: 0,
  bytes_received: 0,
});
const rowsOf = (points: readonly TrafficPoint[]) => trafficRows(points, 'bytes_matched', span, 10_000, now);

describe('traffic as it is shown', () => {
  it('lists the busiest first, with share, mean and peak; who had none is left out', () => {
    const rows = rowsOf([
      point('voice', 60, 1250),
      point('bulk', 60, 2500),
      point('bulk', 50, 1250),
      point('web', 60, 0),
    ]);
    expect(rows.map(({ name, bytes, share, peak }) => ({ name, bytes, share, peak }))).toEqual([
      { name: 'bulk', bytes: 3750, share: 0.75, peak: 2000 },
      { name: 'voice', bytes: 1250, share: 0.25, peak: 1000 },
    ]);
    expect(rows[0]!.mean).toBe(500);
  });

  it('draws the busiest for themselves and the others together', () => {
    const points = Array.from({ length: 9 }, (_, index) => point(`p${index}`, 60, 1250 * (9 - index)));
    const curves = trafficCurves(rowsOf(points));
    expect(curves.map(({ label }) => label)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', '2 others']);
    expect(curves.at(-1)!.values[0]).toBe(3000);
  });

  it('exports what is shown, as CSV that no spreadsheet takes for a formula, and as JSON', () => {
    const rows = exportedRows(rowsOf([point('=a,"b"', 60, 1250)])).slice(0, 2);
    expect(csvOf(rows)).toBe('timestamp,time,"\'=a,""b"" (bit/s)"\r\n1795262340000,2026-11-21T11:59:00.000Z,1000\r\n');
    expect(JSON.parse(jsonOf(rows))).toEqual([
      { timestamp: 1_795_262_340_000, time: '2026-11-21T11:59:00.000Z', '=a,"b" (bit/s)': 1000 },
    ]);
  });
});
