import type { ReactNode } from 'react';
import { formatMos, formatMs, formatPercent, labelsText } from '../../shared/figures/format.ts';
import { Age } from '../../shared/figures/time.tsx';
import { badnessOf, HealthBadge } from '../../shared/health/health.tsx';
import type { Path } from '../../shared/live/network-documents.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { timed } from './path-figures.ts';
import classes from './path-table.module.css';

interface PathTableProps {
  readonly paths: readonly Path[];
  readonly tools?: ReactNode;
  /** There are more paths than these. */
  readonly isFiltered?: boolean;
}

/** Paths with their figures as they are now. */
export const PathTable = ({ paths, tools, isFiltered = false }: PathTableProps) => (
  <DataTable
    label="Paths"
    rows={paths}
    columns={columns}
    rowKey={(path) => path.id}
    path={(path) => `/paths/${path.id}`}
    tools={tools}
    empty={isFiltered ? undefined : noPaths}
  />
);

const noPaths = (
  <EmptyState title="No paths">Two sites with uplinks whose labels reach each other have paths.</EmptyState>
);

const columns: readonly Column<Path>[] = [
  {
    key: 'path',
    title: 'Path',
    value: (path) => `${path.source_site} → ${path.dest_site}`,
    cell: (path) => (
      <span className={classes.path}>
        <strong>
          {path.source_site} → {path.dest_site}
        </strong>
        <small>{labelsText(path.source_label, path.dest_label)}</small>
      </span>
    ),
  },
  {
    key: 'label',
    title: 'Line',
    value: (path) => labelsText(path.source_label, path.dest_label),
    cell: (path) => labelsText(path.source_label, path.dest_label),
    wideOnly: true,
  },
  {
    key: 'health',
    title: 'State',
    value: (path) => badnessOf(path.health_status),
    cell: (path) => <HealthBadge health={path.health_status} word={stateWord(path)} />,
  },
  {
    key: 'delay',
    title: 'Delay',
    value: (path) => timed(path, path.latency),
    cell: (path) => formatMs(timed(path, path.latency)),
    numeric: true,
  },
  {
    key: 'jitter',
    title: 'Jitter',
    value: (path) => timed(path, path.jitter),
    cell: (path) => formatMs(timed(path, path.jitter)),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'loss',
    title: 'Loss',
    value: (path) => path.loss,
    cell: (path) => formatPercent(path.loss),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'mos',
    title: 'MOS',
    value: (path) => timed(path, path.mos),
    cell: (path) => formatMos(timed(path, path.mos)),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'since',
    title: 'Since',
    value: (path) => path.since,
    cell: (path) => <Age at={path.since} />,
    numeric: true,
    wideOnly: true,
  },
];

const stateWord = (path: Path): string =>
  [path.health_status, path.stale ? 'not heard' : '', path.override === null ? '' : 'kept off']
    .filter(Boolean)
    .join(', ');
