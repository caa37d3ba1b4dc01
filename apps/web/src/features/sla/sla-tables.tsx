import { Link } from '@tanstack/react-router';
import {
  formatDuration,
  formatMos,
  formatMs,
  formatPercent,
  labelsText,
  unknownFigure,
} from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import type { SlaRow, SlaViolation } from './sla-documents.ts';

/** Whose record it is: the table does not repeat that in each row. */
export type SlaSubject = 'all' | 'path' | 'policy';

type OfPath = Pick<
  SlaRow,
  'source_site' | 'dest_site' | 'source_label' | 'dest_label' | 'path_id' | 'policy' | 'policy_id'
>;

const pathText = ({ source_site: from, dest_site: to, source_label: a, dest_label: b }: OfPath): string =>
  `${from} → ${to}, ${labelsText(a, b)}`;

/** What the row is about, where the page does not say it. */
function subjectColumns<Row extends OfPath>(subject: SlaSubject): readonly Column<Row>[] {
  const path: Column<Row> = {
    key: 'path',
    title: 'Path',
    value: pathText,
    cell: (row) => <Link to={`/paths/${row.path_id}`}>{pathText(row)}</Link>,
  };
  const policy: Column<Row> = {
    key: 'policy',
    title: 'Policy',
    value: ({ policy: name }) => name,
    cell: ({ policy: name, policy_id: id }) => <Link to={`/policies/${id}`}>{name}</Link>,
  };
  return subject === 'all' ? [path, policy] : subject === 'path' ? [policy] : [path];
}

/** One row for each path and policy with bounds. */
export const SlaTable = ({ rows, subject }: { rows: readonly SlaRow[]; subject: SlaSubject }) => (
  <DataTable
    plain={subject === 'path'}
    name="sla-"
    label="SLA record"
    rows={rows}
    columns={[...subjectColumns<SlaRow>(subject), ...slaColumns]}
    rowKey={({ path_id: path, policy_id: policy }) => `${path} ${policy}`}
    initialSort="available"
  />
);

/** Three decimals: `99.9` and `99.99` are different promises. */
const formatAvailability = (percent: number | null): string =>
  percent === null ? unknownFigure : `${(Math.floor(percent * 1000) / 1000).toFixed(3)} %`;

const slaColumns: readonly Column<SlaRow>[] = [
  {
    key: 'available',
    title: 'Within bounds',
    value: ({ availability_percent: percent }) => percent,
    cell: ({ availability_percent: percent, out_ms: out }) =>
      percent === null ? (
        unknownFigure
      ) : (
        <HealthBadge health={out === 0 ? 'up' : 'degraded'} word={formatAvailability(percent)} />
      ),
  },
  {
    key: 'out',
    title: 'Out',
    value: ({ out_ms: ms }) => ms,
    cell: ({ out_ms: ms }) => formatDuration(ms),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'down',
    title: 'Down',
    value: ({ down_ms: ms }) => ms,
    cell: ({ down_ms: ms }) => formatDuration(ms),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'unknown',
    title: 'Unknown',
    value: ({ unknown_ms: ms }) => ms,
    cell: ({ unknown_ms: ms }) => formatDuration(ms),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'used',
    title: 'In use',
    value: ({ used_ms: ms }) => ms,
    cell: ({ used_ms: ms }) => formatDuration(ms),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'violations',
    title: 'Violations',
    value: ({ violations }) => violations,
    cell: ({ violations }) => violations,
    numeric: true,
  },
];

/** Newest first: which figure broke which bound, how far and for how long. */
export const ViolationTable = ({
  violations,
  subject,
}: {
  violations: readonly SlaViolation[];
  subject: SlaSubject;
}) => (
  <DataTable
    plain
    name="violation-"
    label="Violations"
    rows={violations}
    columns={[...violationColumns, ...subjectColumns<SlaViolation>(subject)]}
    rowKey={({ id }) => id}
  />
);

/** Figures of violations, as the API calls them; the other one is `down`. */
const figureFormats: Readonly<
  Record<string, { readonly word: string; readonly write: (value: number | null) => string }>
> = {
  delay: { word: 'Delay', write: formatMs },
  jitter: { word: 'Jitter', write: formatMs },
  loss: { word: 'Loss', write: formatPercent },
  reordering: { word: 'Reordering', write: formatPercent },
  duplication: { word: 'Duplication', write: formatPercent },
  mos: { word: 'MOS', write: formatMos },
};

/** `Delay 212.0 ms of 150.0 ms`; a path that was down has no figure. */
function brokenText({ figure, bound, value, worst }: SlaViolation): string {
  const format = figureFormats[figure];
  if (format === undefined) return 'The path was down';
  const at = worst ?? value;
  return `${format.word} ${format.write(at)}, asked ${format.write(bound)}`;
}

const violationColumns: readonly Column<SlaViolation>[] = [
  {
    key: 'began',
    title: 'Began',
    value: ({ started_at: at }) => at,
    cell: ({ started_at: at }) => <Time at={at} />,
  },
  { key: 'what', title: 'At worst', value: brokenText, cell: brokenText },
  {
    key: 'state',
    title: 'Ended',
    value: ({ ended_at: at }) => at,
    cell: ({ ended_at: at }) => (at === null ? <HealthBadge health="degraded" word="not yet" /> : <Time at={at} />),
    wideOnly: true,
  },
  {
    key: 'out',
    title: 'Out',
    value: ({ out_ms: ms }) => ms,
    cell: ({ out_ms: ms }) => formatDuration(ms),
    numeric: true,
  },
];
