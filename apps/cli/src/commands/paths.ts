import type { PathHealth } from '@patronus/core';
import type { Command } from 'commander';
import { findPath, pathArgument } from '../api/find-path.ts';
import type { Path } from '../api/resources.ts';
import { formatAge, formatMos, formatMs, formatPercent, formatRate, formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import { healthStyle, type Paint, type Terminal } from '../terminal.ts';
import { parseWord } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { addPathOperations } from './path-operations.ts';

interface PathFilters extends ApiOptions {
  readonly from?: string;
  readonly to?: string;
  readonly label?: string;
  readonly state?: PathHealth;
}

export function addPaths(program: Command, terminal: Terminal): void {
  const paths = program
    .command('paths')
    .description('the directed paths between endpoints, with their measured quality');
  withExamples(paths, ['paths', 'paths --from branch --to hq', 'paths --state down --json']);

  const list = withApiOptions(paths.command('list', { isDefault: true }).description('all paths'))
    .option('--from <site>', 'only paths from this site')
    .option('--to <site>', 'only paths to this site')
    .option('--label <label>', 'only paths over endpoints with this label')
    .option('--state <state>', 'only paths that are unknown, up, degraded or down', parseWord(states));
  withExamples(list, ['paths', 'paths --from branch --to hq', 'paths --state down --json']).action(
    (options: PathFilters) =>
      answer(
        terminal,
        options,
        (api) =>
          api.list<Path>('/paths', {
            source_site: options.from,
            dest_site: options.to,
            label: options.label,
            health_status: options.state,
          }),
        (rows, paint) => (rows.length === 0 ? 'no paths' : renderPaths(rows, paint)),
      ),
  );

  const show = withApiOptions(paths.command('show').description('one path, both directions'));
  show.argument('<path>', pathArgument);
  withExamples(show, ['paths show branch/mpls:hq/mpls', 'paths show 5b8f0c0e-6d0c-5f0a-9c55-2f0f3f6f1a11']).action(
    (path: string, options: ApiOptions) => answer(terminal, options, (api) => findPath(api, path), describe),
  );

  addPathOperations(paths, terminal);
}

const states: readonly PathHealth[] = ['unknown', 'up', 'degraded', 'down'];

/** The table of paths, in the order source, destination, labels. */
export function renderPaths(paths: readonly Path[], paint: Paint, nowMs = Date.now()): string {
  const key = (path: Path) => [path.source_site, path.dest_site, path.source_label, path.dest_label].join(' ');
  return renderTable(
    columns(paint, nowMs),
    paths.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
  );
}

const columns = (paint: Paint, nowMs: number): Column<Path>[] => [
  { title: 'SOURCE', cell: (path) => `${path.source_site}/${path.source_label}` },
  { title: '', cell: () => '→' },
  { title: 'DESTINATION', cell: (path) => `${path.dest_site}/${path.dest_label}` },
  { title: 'STATE', cell: (path) => paint(healthStyle[path.health_status], path.health_status) + marks(path) },
  { title: 'DELAY', align: 'right', cell: (path) => formatMs(timed(path, path.latency)) },
  { title: 'JITTER', align: 'right', cell: (path) => formatMs(timed(path, path.jitter)) },
  { title: 'LOSS', align: 'right', cell: (path) => formatPercent(path.loss) },
  { title: 'MOS', align: 'right', cell: (path) => formatMos(path.mos) },
  { title: 'SINCE', align: 'right', cell: (path) => formatAge(path.since, nowMs) },
];

/** A time measured on a path; of one that loses everything it is of the past. */
const timed = (path: Path, ms: number | null): number | null => (path.loss === 100 ? null : ms);

const failedWords = { forward: 'this way only', reverse: 'way back only', both: 'both ways' } as const;

const marks = (path: Path): string =>
  (path.stale ? ' (no report)' : '') +
  (path.failed_direction === null ? '' : ` (${failedWords[path.failed_direction]})`) +
  (path.override === null ? '' : ' (out of use)');

function overrideText({ override }: Path): string {
  if (override === null) return 'none';
  const end = override.expires_at === null ? 'until it is released' : `until ${formatTime(override.expires_at)}`;
  return `${override.reason} (${override.by}, since ${formatTime(override.since)}, ${end})`;
}

const describe = (path: Path, paint: Paint): string =>
  renderFacts([
    ['path', `${path.source_site}/${path.source_label} → ${path.dest_site}/${path.dest_label}`],
    ['id', path.id],
    ['state', paint(healthStyle[path.health_status], path.health_status) + marks(path)],
    ['since', formatTime(path.since)],
    ['forward', direction(path.latency, path.jitter, path.loss)],
    ['reverse', direction(path.reverse_latency, path.reverse_jitter, path.reverse_loss)],
    ['order', `${formatPercent(path.reordering_percent)} overtaken, ${formatPercent(path.duplication_percent)} twice`],
    ...(path.copies === null ? [] : [['copies', copiesText(path.copies)] as [string, string]]),
    ['round trip', formatMs(path.rtt)],
    ['mos', formatMos(path.mos)],
    ['bandwidth', formatRate(path.bandwidth)],
    ['override', overrideText(path)],
    ['reported', formatTime(path.reported_at)],
  ]);

const copiesText = ({ sent, single, first, dropped, late }: NonNullable<Path['copies']>): string =>
  `${sent} sent; ${first} arrived first, ${dropped} second and dropped, ${late} too late; ${single} sent once only`;

const direction = (delay: number | null, jitter: number | null, loss: number | null): string =>
  `delay ${formatMs(delay)}, jitter ${formatMs(jitter)}, loss ${formatPercent(loss)}`;
