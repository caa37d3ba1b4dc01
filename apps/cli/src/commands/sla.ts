import type { Command } from 'commander';
import type { ApiClient, Query } from '../api/api-client.ts';
import { findPath } from '../api/find-path.ts';
import { findPolicy } from '../api/find-policy.ts';
import type { SlaRow, SlaViolation } from '../api/resources.ts';
import { formatPercent, formatTime, unknownFigure } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseSince, parseWord } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

const steps = ['hour', 'day', 'week', 'month'] as const;

interface SlaOptions extends ApiOptions {
  readonly from?: number;
  readonly to?: number;
  readonly path?: string;
  readonly policy?: string;
  readonly step?: string;
  readonly csv?: boolean;
}

interface Items<T> {
  readonly items: readonly T[];
}

export function addSla(program: Command, terminal: Terminal): void {
  const sla = program.command('sla').description('how paths kept to the SLAs of policies');
  withExamples(sla, [
    'sla report',
    'sla report --from 30d --step week --policy voice --csv',
    'sla violations --from 7d',
  ]);

  const report = withRange(
    withApiOptions(
      sla.command('report', { isDefault: true }).description('time in and out of bounds, by path and policy'),
    ),
  )
    .option('--step <width>', 'a row for each hour, day, week or month of UTC', parseWord(steps))
    .option('--csv', 'print the answer as CSV');
  withExamples(report, [
    'sla report',
    'sla report --from 30d --step day --path branch/mpls:hq',
    'sla report --from 2026-01-01 --to 2026-02-01 --csv > january.csv',
  ]).action((options: SlaOptions) => {
    const ask = async (api: ApiClient) =>
      (await api.get<Items<SlaRow>>('/sla', { ...(await queryOf(api, options)), step: options.step })).items;
    return answer(terminal, options, ask, (rows) => {
      if (options.csv === true) return csv(rows);
      return rows.length === 0
        ? 'no policy with an SLA has a record in this time'
        : renderTable(rowColumns(rows), rows);
    });
  });

  const violations = withRange(
    withApiOptions(sla.command('violations').description('when a path was out of bounds, and by what; newest first')),
  );
  withExamples(violations, ['sla violations --from 7d --policy voice', 'sla violations --json']).action(
    (options: SlaOptions) =>
      answer(
        terminal,
        options,
        async (api) => await api.list<SlaViolation>('/sla/violations', await queryOf(api, options)),
        (rows) => (rows.length === 0 ? 'no violations in this time' : renderTable(violationColumns, rows)),
      ),
  );
}

const withRange = (command: Command): Command =>
  command
    .option('--from <time>', 'begin: so long ago (7d) or a time; by default a day ago', parseSince)
    .option('--to <time>', 'end; by default now', parseSince)
    .option('--path <path>', 'of one path: SITE/LABEL:SITE[/LABEL] or its id')
    .option('--policy <policy>', 'of one policy: name or id');

async function queryOf(api: ApiClient, options: SlaOptions): Promise<Query> {
  return {
    from: options.from === undefined ? undefined : Math.round(options.from),
    to: options.to === undefined ? undefined : Math.round(options.to),
    path: options.path === undefined ? undefined : (await findPath(api, options.path)).id,
    policy: options.policy === undefined ? undefined : (await findPolicy(api, options.policy)).id,
  };
}

const pathText = (row: SlaRow | SlaViolation): string =>
  `${row.source_site}/${row.source_label} → ${row.dest_site}/${row.dest_label}`;

/** In its largest two units; a report over a month needs no seconds. */
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

const availability = (percent: number | null): string =>
  percent === null ? unknownFigure : percent === 100 ? formatPercent(100) : `${percent.toFixed(3)} %`;

const rowColumns = (rows: readonly SlaRow[]): Column<SlaRow>[] => [
  ...(new Set(rows.map(({ from }) => from)).size > 1
    ? [{ title: 'FROM', cell: (row: SlaRow) => formatTime(row.from) }]
    : []),
  { title: 'POLICY', cell: (row) => row.policy },
  { title: 'PATH', cell: pathText },
  { title: 'AVAILABLE', align: 'right', cell: (row) => availability(row.availability_percent) },
  { title: 'IN', align: 'right', cell: (row) => durationText(row.in_ms) },
  { title: 'OUT', align: 'right', cell: (row) => durationText(row.out_ms) },
  { title: 'DOWN', align: 'right', cell: (row) => durationText(row.down_ms) },
  { title: 'UNKNOWN', align: 'right', cell: (row) => durationText(row.unknown_ms) },
  { title: 'IN USE', align: 'right', cell: (row) => durationText(row.used_ms) },
  { title: 'VIOLATIONS', align: 'right', cell: (row) => String(row.violations) },
];

const units: Readonly<Record<string, string>> = {
  loss: ' %',
  reordering: ' %',
  duplication: ' %',
  delay: ' ms',
  jitter: ' ms',
};
const valueText = ({ figure }: SlaViolation, value: number | null): string =>
  value === null ? unknownFigure : `${Number(value.toPrecision(3))}${units[figure] ?? ''}`;

const violationColumns: readonly Column<SlaViolation>[] = [
  { title: 'BEGAN', cell: (row) => formatTime(row.started_at) },
  { title: 'ENDED', cell: (row) => (row.ended_at === null ? 'lasts' : formatTime(row.ended_at)) },
  { title: 'POLICY', cell: (row) => row.policy },
  { title: 'PATH', cell: pathText },
  { title: 'BY', cell: (row) => row.figure },
  { title: 'VALUE', align: 'right', cell: (row) => valueText(row, row.value) },
  { title: 'BOUND', align: 'right', cell: (row) => valueText(row, row.bound) },
  { title: 'WORST', align: 'right', cell: (row) => valueText(row, row.worst) },
  { title: 'OUT', align: 'right', cell: (row) => durationText(row.out_ms) },
];

/** By RFC 4180, with the fields of the API for a head. */
function csv(rows: readonly SlaRow[]): string {
  const fields = [
    'from',
    'to',
    'policy_id',
    'policy',
    'path_id',
    'source_site',
    'source_label',
    'dest_site',
    'dest_label',
    'in_ms',
    'out_ms',
    'down_ms',
    'unknown_ms',
    'used_ms',
    'availability_percent',
    'violations',
  ] as const;
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [fields.join(','), ...rows.map((row) => fields.map((field) => cell(row[field])).join(','))].join('\r\n');
}
