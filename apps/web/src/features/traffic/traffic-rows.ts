import type { Series } from '../../shared/charts/chart-data.ts';
import type { Span } from '../../shared/charts/time-range.ts';
import { readable, type Measure, type TrafficPoint } from './traffic-kinds.ts';
import { bitRates } from './traffic-rates.ts';

/** The traffic of one policy, site, uplink or path over the range shown. */
export interface TrafficRow {
  readonly id: string;
  /** As people read it, and as the API tells it. */
  readonly name: string;
  readonly subject: string;
  readonly bytes: number;
  /** Of all that is counted, 0 to 1. */
  readonly share: number;
  /** Bit/s; mean over the range, and in the busiest step. */
  readonly mean: number;
  readonly peak: number;
  readonly times: readonly number[];
  readonly rates: readonly (number | null)[];
}

/** One row for each that had traffic, most first. */
export function trafficRows(
  points: readonly TrafficPoint[],
  measure: Measure,
  span: Span,
  step: number,
  now: number,
): TrafficRow[] {
  const grouped = Map.groupBy(points, ({ id }) => id ?? '');
  const rows = [...grouped].map(([id, own]) => {
    const { times, values } = bitRates(
      own.map((point) => ({ timestamp: point.timestamp, bytes: point[measure] })),
      span,
      step,
      now,
    );
    const bytes = own.reduce((sum, point) => sum + point[measure], 0);
    const mean = (bytes * 8000) / (span.to - span.from);
    const subject = own[0]?.name ?? id;
    const name = readable(subject);
    return { id, name, subject, bytes, share: 0, mean, peak: Math.max(0, ...values.map(Number)), times, rates: values };
  });
  const all = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  return rows
    .filter(({ bytes }) => bytes > 0)
    .map((row) => ({ ...row, share: row.bytes / all }))
    .toSorted((a, b) => b.bytes - a.bytes);
}

/** As many as there are colours; what is left is one more. */
const mostCurves = 7;

/** The curves of the busiest, and of all others together. */
export function trafficCurves(rows: readonly TrafficRow[]): Series[] {
  const curves = rows.slice(0, mostCurves).map(({ name, times, rates }, place) => ({
    label: name,
    color: `--series-${place + 1}`,
    filled: true,
    times,
    values: rates,
  }));
  const others = rows.slice(mostCurves);
  if (others.length === 0) return curves;
  const times = others[0]!.times;
  const values = times.map((_time, index) => others.reduce((sum, { rates }) => sum + (rates[index] ?? 0), 0));
  return [...curves, { label: `${others.length} others`, color: '--series-8', filled: true, times, values }];
}

/** What is on the page as rows of text and numbers: the first row names the columns. */
export function exportedRows(rows: readonly TrafficRow[]): readonly (readonly (string | number)[])[] {
  const times = rows[0]?.times ?? [];
  return [
    ['timestamp', 'time', ...rows.map(({ name }) => `${name} (bit/s)`)],
    ...times.map((time, index) => [
      time,
      new Date(time).toISOString(),
      ...rows.map(({ rates }) => Math.round(rates[index] ?? 0)),
    ]),
  ];
}

/** As RFC 4180 has it. A text that a spreadsheet would take for a formula is quoted out of it. */
export const csvOf = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const plain = /^[=+\-@]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** As JSON: one object per row. */
export function jsonOf([head = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  const objects = rows.map((row) => Object.fromEntries(row.map((value, index) => [String(head[index]), value])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}
