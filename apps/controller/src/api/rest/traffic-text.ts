import type { TrafficCounts } from '../../database/traffic-tables.ts';
import type { TrafficKind } from '../../repositories/index.ts';
import {
  trafficColumns,
  type TrafficPoint,
  type TrafficSubject,
  type TrafficTotal,
} from '../../services/traffic-report.ts';
import { counterAnswer } from './answers.ts';

/** Traffic as text, in the formats of `/stats`, some of it at once. */

export const trafficFormats = ['json', 'csv', 'prometheus'] as const;
export type TrafficFormat = (typeof trafficFormats)[number];

export const trafficMediaTypes: Readonly<Record<TrafficFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
};

/** Totals or points, some at once; each call reads them again. */
export type TrafficRows = () => AsyncIterable<readonly (TrafficTotal | TrafficPoint)[]>;

/** `head` stands before the items of JSON. */
export function trafficText(
  format: TrafficFormat,
  kind: TrafficKind,
  rows: TrafficRows,
  head: Readonly<Record<string, number>> = {},
): AsyncGenerator<string> {
  if (format === 'json') return jsonText(kind, rows, head);
  return format === 'csv' ? csvText(kind, rows) : prometheusText(kind, rows);
}

type Field = string | number | null;

/** The fields of a row in their order. A sum has neither id nor name. */
function fieldsOf(kind: TrafficKind, row: TrafficTotal | TrafficPoint): Record<string, Field> {
  const subject: Record<string, Field> = row.id === null ? {} : { id: idOf(kind, row.id), name: row.name };
  const counts = Object.fromEntries(trafficColumns[kind].map((column) => [column, count(row, column)]));
  if ('timestamp' in row) return { ...subject, timestamp: row.timestamp, ...counts };
  const flows = kind === 'policy' || kind === 'application' ? { active_flows: row.activeFlows } : {};
  return { ...subject, ...counts, ...flows, first_seen: row.firstSeen, last_updated: row.lastUpdated };
}

const idOf = (kind: TrafficKind, id: string): Field => (kind === 'policy' ? Number(id) : id);

function count(row: TrafficTotal | TrafficPoint, column: keyof TrafficCounts): number | string {
  const value = row.counts[column];
  return typeof value === 'bigint' ? counterAnswer(value) : value;
}

async function* jsonText(
  kind: TrafficKind,
  rows: TrafficRows,
  head: Readonly<Record<string, number>>,
): AsyncGenerator<string> {
  const before = JSON.stringify(head).slice(1, -1);
  yield `{${before}${before === '' ? '' : ','}"items":[`;
  let separator = '\n';
  for await (const some of rows()) {
    if (some.length === 0) continue;
    yield separator + some.map((row) => JSON.stringify(fieldsOf(kind, row))).join(',\n');
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** RFC 4180, with a line of names. */
async function* csvText(kind: TrafficKind, rows: TrafficRows): AsyncGenerator<string> {
  let isFirst = true;
  for await (const some of rows()) {
    if (some.length === 0) continue;
    const lines = some.map((row) => fieldsOf(kind, row));
    if (isFirst) yield csvLine(Object.keys(lines[0]!));
    isFirst = false;
    yield lines.map((fields) => csvLine(Object.values(fields))).join('');
  }
}

const csvLine = (fields: readonly Field[]): string => `${fields.map(csvField).join(',')}\r\n`;

function csvField(field: Field): string {
  const text = field === null ? '' : String(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Middle of a metric's name, and what it says. */
export const trafficMetrics: Readonly<Record<keyof TrafficCounts, readonly [name: string, about: string]>> = {
  packets_matched: ['packets', 'Packets that entered from a LAN and matched'],
  bytes_matched: ['bytes', 'Octets of packets that entered from a LAN and matched'],
  bytes_sent: ['sent_bytes', 'Octets sent by tunnels'],
  bytes_received: ['received_bytes', 'Octets received by tunnels'],
};

/**
 * The text format of Prometheus 0.0.4: totals as counters, points as gauges with their times. Samples of one metric must
 * stand together, so that the rows are read once for each.
 */
async function* prometheusText(kind: TrafficKind, rows: TrafficRows): AsyncGenerator<string> {
  for (const column of trafficColumns[kind]) {
    const [metric, about] = trafficMetrics[column];
    let isFirst = true;
    for await (const some of rows()) {
      if (some.length === 0) continue;
      const isTotal = !('timestamp' in some[0]!);
      const name = `patronus_${kind}_${metric}${isTotal ? '_total' : '_in_step'}`;
      const type = isTotal ? 'counter' : 'gauge';
      if (isFirst) yield `# HELP ${name} ${about}${isTotal ? '' : ' in one step'}\n# TYPE ${name} ${type}\n`;
      isFirst = false;
      yield some
        .map((row) => {
          const time = 'timestamp' in row ? ` ${row.timestamp}` : '';
          return `${name}${labelsOf(kind, row)} ${String(row.counts[column])}${time}\n`;
        })
        .join('');
    }
  }
}

const labelsOf = (kind: TrafficKind, { id, name }: TrafficSubject): string =>
  id === null ? '' : `{${kind}_id="${label(id)}",${kind}="${label(name ?? '')}"}`;

/** Escapes a label's value as the text format asks for. */
export const label = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
