import { Argument, type Command } from 'commander';
import { ApiClient, type Query } from '../api/api-client.ts';
import { findPath } from '../api/find-path.ts';
import type { TrafficPoint, TrafficTotal } from '../api/resources.ts';
import { formatBytes, formatCount, formatRate, formatTime } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration, parseSince, parseWord } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { findPolicy } from '../api/find-policy.ts';

const kinds = ['policies', 'sites', 'endpoints', 'paths', 'applications'] as const;
type Kind = (typeof kinds)[number];
const formats = ['csv', 'json', 'prometheus'] as const;

interface TotalOptions extends ApiOptions {
  readonly sum?: boolean;
}

interface RangeOptions extends TotalOptions {
  readonly since?: number;
  readonly until?: number;
  readonly step?: number;
}

interface ExportOptions extends RangeOptions {
  readonly format: (typeof formats)[number];
}

export function addStats(program: Command, terminal: Terminal): void {
  const stats = program.command('stats').description('how much traffic there was, as the kernels of edges counted it');
  withExamples(stats, [
    'stats',
    'stats list paths',
    'stats list applications',
    'stats history policies voice --since 1h --step 1m',
    'stats export policies --since 1d --step 1h > policies.csv',
  ]);
  addList(stats, terminal);
  addHistory(stats, terminal);
  addExport(stats, terminal);
  addReset(stats, terminal);
}

const kindArgument = (): Argument => new Argument('[kind]', 'what to look at').choices(kinds).default('policies');

function addList(stats: Command, terminal: Terminal): void {
  const list = withApiOptions(
    stats.command('list', { isDefault: true }).description('totals').addArgument(kindArgument()),
  ).option('--sum', 'one row for all of them');
  withExamples(list, ['stats', 'stats list paths', 'stats list sites --json']).action(
    (kind: Kind, options: TotalOptions) =>
      answer(
        terminal,
        options,
        async (api) => (await api.get<Items<TrafficTotal>>(`/stats/${kind}`, { aggregate: options.sum })).items,
        (rows) => renderTable(totalColumns(kind, options.sum === true), rows),
      ),
  );
}

function addHistory(stats: Command, terminal: Terminal): void {
  const history = withRange(
    withApiOptions(
      stats
        .command('history')
        .description('what came in each step of a time range')
        .addArgument(new Argument('<kind>', 'what to look at').choices(kinds))
        .argument(
          '[object]',
          'a policy, site or application by name, a path by its ends, an endpoint by id; without it all together',
        ),
    ),
  );
  withExamples(history, [
    'stats history policies voice --since 1h --step 1m',
    'stats history paths branch/mpls:hq --since 10m',
    'stats history sites --since 1d --step 1h',
  ]).action((kind: Kind, object: string | undefined, options: RangeOptions) =>
    answer(
      terminal,
      options,
      async (api) => {
        const path = object === undefined ? `/stats/${kind}` : `/stats/${kind}/${await idOf(api, kind, object)}`;
        const query = { ...rangeOf(options), aggregate: object === undefined ? true : undefined };
        return await api.get<History>(path, query);
      },
      ({ items, step }) => (items.length === 0 ? 'no traffic' : renderTable(pointColumns(kind, step), items)),
    ),
  );
}

function addExport(stats: Command, terminal: Terminal): void {
  const write = withRange(
    stats
      .command('export')
      .description('totals, or with a range its history, for other programs')
      .addArgument(kindArgument())
      .option('--format <format>', formats.join(', '), parseWord(formats), 'csv')
      .option('--sum', 'all of them together')
      .option('--url <url>', 'address of the controller (PATRONUS_URL)')
      .option('--data <dir>', 'data directory of a controller on this machine (PATRONUS_DATA)'),
  );
  withExamples(write, [
    'stats export policies --since 1d --step 1h > policies.csv',
    'stats export paths --format prometheus',
  ]).action(async (kind: Kind, options: ExportOptions) => {
    const query = { ...(isRange(options) ? rangeOf(options) : {}), format: options.format, aggregate: options.sum };
    for await (const text of new ApiClient(terminal, options).text(`/stats/${kind}`, query))
      terminal.stdout.write(text);
  });
}

function addReset(stats: Command, terminal: Terminal): void {
  const reset = withApiOptions(
    stats.command('reset <policy>').description('let the counters of a policy start at zero again; history stays'),
  );
  withExamples(reset, ['stats reset voice']).action((reference: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      async (api) => api.post<{ message: string }>(`/stats/policies/${(await findPolicy(api, reference)).id}/reset`),
      ({ message }) => message,
    ),
  );
}

const withRange = (command: Command): Command =>
  command
    .option('--since <time>', 'from then on: a duration back from now such as 1h, or a time', parseSince)
    .option('--until <time>', 'up to then', parseSince)
    .option('--step <duration>', 'width of a step, such as 10s, 1m or 1h', parseDuration);

const isRange = ({ since, until, step }: RangeOptions): boolean => (since ?? until ?? step) !== undefined;

/** A step makes it a history, also where nothing else says so. */
const rangeOf = ({ since, until, step }: RangeOptions): Query => ({
  from: whole(since ?? (until ?? Date.now()) - 3_600_000),
  to: whole(until),
  step: whole(step),
});

const whole = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.round(value));

async function idOf(api: ApiClient, kind: Kind, reference: string): Promise<string | number> {
  if (kind === 'policies') return (await findPolicy(api, reference)).id;
  if (kind === 'paths') return (await findPath(api, reference)).id;
  return encodeURIComponent(reference);
}

interface Items<T> {
  readonly items: readonly T[];
}
interface History extends Items<TrafficPoint> {
  /** ms */
  readonly step: number;
}

const hasPackets = (kind: Kind): boolean => kind === 'policies' || kind === 'sites';
const hasTunnels = (kind: Kind): boolean => kind !== 'policies';

function totalColumns(kind: Kind, isSum: boolean): Column<TrafficTotal>[] {
  const columns: Column<TrafficTotal>[] = isSum ? [] : [{ title: 'NAME', cell: ({ name }) => name ?? '' }];
  if (hasPackets(kind)) {
    columns.push(
      { title: 'PACKETS', align: 'right', cell: (row) => formatCount(Number(row.packets_matched)) },
      { title: 'BYTES', align: 'right', cell: (row) => formatBytes(Number(row.bytes_matched)) },
    );
  }
  if (hasTunnels(kind)) {
    columns.push(
      { title: 'SENT', align: 'right', cell: (row) => formatBytes(Number(row.bytes_sent)) },
      { title: 'RECEIVED', align: 'right', cell: (row) => formatBytes(Number(row.bytes_received)) },
    );
  }
  if (kind === 'policies' || kind === 'applications') {
    columns.push({ title: 'FLOWS', align: 'right', cell: (row) => formatCount(row.active_flows) });
  }
  columns.push({ title: 'SINCE', cell: (row) => formatTime(row.first_seen) });
  columns.push({ title: 'LAST', cell: (row) => formatTime(row.last_updated) });
  return columns;
}

function pointColumns(kind: Kind, stepMs: number): Column<TrafficPoint>[] {
  const rate = (bytes: number | string | undefined): string => formatRate((Number(bytes) * 8_000) / stepMs);
  const columns: Column<TrafficPoint>[] = [{ title: 'TIME', cell: (row) => formatTime(row.timestamp) }];
  if (hasPackets(kind)) {
    columns.push(
      { title: 'PACKETS', align: 'right', cell: (row) => formatCount(Number(row.packets_matched)) },
      { title: 'BYTES', align: 'right', cell: (row) => formatBytes(Number(row.bytes_matched)) },
      { title: 'RATE', align: 'right', cell: (row) => rate(row.bytes_matched) },
    );
  }
  if (hasTunnels(kind)) {
    columns.push(
      { title: 'SENT', align: 'right', cell: (row) => rate(row.bytes_sent) },
      { title: 'RECEIVED', align: 'right', cell: (row) => rate(row.bytes_received) },
    );
  }
  return columns;
}
