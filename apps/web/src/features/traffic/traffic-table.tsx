import { formatBitRate, formatBytes, formatPercent } from '../../shared/figures/format.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import type { trafficKinds } from './traffic-kinds.ts';
import type { TrafficRow } from './traffic-rows.ts';
import classes from './traffic-table.module.css';

/** px, as the style has it */
const barWidth = 160;

type TrafficKind = (typeof trafficKinds)[number];

/** The same in figures: who had how much of it. */
export const TrafficTable = ({ kind, rows }: { kind: TrafficKind; rows: readonly TrafficRow[] }) => (
  <DataTable
    label={kind.label}
    rows={rows}
    columns={trafficColumns(kind)}
    rowKey={({ id }) => id}
    path={({ id, subject }) => kind.path(id, subject)}
    initialSort="-bytes"
  />
);

export const trafficColumns = ({ label }: TrafficKind): readonly Column<TrafficRow>[] => [
  { key: 'name', title: label, value: ({ name }) => name, cell: ({ name }) => <strong>{name}</strong> },
  {
    key: 'share',
    title: 'Share',
    cell: ({ share }) => (
      <span className={classes.share}>
        <i style={{ width: Math.max(2, share * barWidth) }} />
        {formatPercent(share * 100)}
      </span>
    ),
    wideOnly: true,
  },
  { key: 'mean', title: 'Mean', value: ({ mean }) => mean, cell: ({ mean }) => formatBitRate(mean), numeric: true },
  {
    key: 'peak',
    title: 'Busiest step',
    value: ({ peak }) => peak,
    cell: ({ peak }) => formatBitRate(peak),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'bytes',
    title: 'Octets',
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => formatBytes(bytes),
    numeric: true,
  },
];
