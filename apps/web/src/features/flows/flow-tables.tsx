import { Link } from '@tanstack/react-router';
import {
  formatBitRate,
  formatBytes,
  formatCount,
  formatPercent,
  labelsText,
  unknownFigure,
} from '../../shared/figures/format.ts';
import type { Rates } from '../../shared/figures/rates.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import type { Flow } from './flow-documents.ts';
import classes from './flow-tables.module.css';
import { bytesOf, type Talker, type TalkerKind } from './talkers.ts';

/** A glance is enough for them; single flows are below. */
const shownTalkers = 10;

interface TalkerTableProps {
  readonly kind: TalkerKind;
  /** Largest first. */
  readonly talkers: readonly Talker[];
}

/** The largest, and how much of all that flows is theirs. */
export function TalkerTable({ kind, talkers }: TalkerTableProps) {
  const all = talkers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const columns: readonly Column<Talker>[] = [
    {
      key: 'name',
      title: kind.label,
      value: ({ name }) => name,
      cell: ({ name }) => <strong className={classes.name}>{name}</strong>,
    },
    {
      key: 'share',
      title: 'Share',
      cell: ({ bytes }) => {
        const share = all === 0 || bytes === null ? null : bytes / all;
        return (
          <span className={classes.share}>
            <progress max={1} value={share ?? 0} aria-hidden />
            {formatPercent(share === null ? null : share * 100)}
          </span>
        );
      },
      wideOnly: true,
    },
    {
      key: 'flows',
      title: 'Flows',
      value: ({ flows }) => flows,
      cell: ({ flows }) => formatCount(flows),
      numeric: true,
    },
    {
      key: 'rate',
      title: 'Rate now',
      value: ({ bitsPerSecond }) => bitsPerSecond,
      cell: ({ bitsPerSecond }) => formatBitRate(bitsPerSecond),
      numeric: true,
    },
    {
      key: 'bytes',
      title: 'Octets',
      value: ({ bytes }) => bytes,
      cell: ({ bytes }) => formatBytes(bytes),
      numeric: true,
    },
  ];
  return (
    <DataTable
      plain
      name="talker-"
      label="Top talkers"
      rows={talkers.slice(0, shownTalkers)}
      columns={columns}
      rowKey={({ name }) => name}
    />
  );
}

interface FlowTableProps {
  readonly flows: readonly Flow[];
  readonly ratesOf: (id: string) => Rates;
}

/** Single flows, with the policy and path that carry them; each leads to its explanation. */
export const FlowTable = ({ flows, ratesOf }: FlowTableProps) => (
  <DataTable
    plain
    name="flow-"
    label="Flows"
    rows={flows}
    columns={flowColumns(ratesOf)}
    rowKey={({ id }) => id}
    initialSort="-bytes"
  />
);

const end = (address: string, port: number | null): string =>
  port === null ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const flowColumns = (ratesOf: FlowTableProps['ratesOf']): readonly Column<Flow>[] => [
  {
    key: 'flow',
    title: 'Flow',
    value: ({ source, destination, server_name: server }) => `${source} ${server ?? destination}`,
    cell: (flow) => <Ends flow={flow} />,
  },
  {
    key: 'application',
    title: 'Application',
    value: ({ application }) => application,
    cell: ({ application }) =>
      application === null ? (
        <span className={classes.unknown}>unknown</span>
      ) : (
        <Link to={`/applications/${encodeURIComponent(application)}`}>{application}</Link>
      ),
    wideOnly: true,
  },
  {
    key: 'policy',
    title: 'Policy',
    value: ({ policy }) => policy,
    cell: ({ policy_id: id, policy }) =>
      id === null ? unknownFigure : <Link to={`/policies/${id}`}>{policy ?? id}</Link>,
    wideOnly: true,
  },
  {
    key: 'path',
    title: 'Path',
    value: ({ source_label: from, dest_label: to }) => (from === null || to === null ? null : labelsText(from, to)),
    cell: ({ path_id: id, source_label: from, dest_label: to }) =>
      id === null || from === null || to === null ? (
        unknownFigure
      ) : (
        <Link to={`/paths/${id}`}>{labelsText(from, to)}</Link>
      ),
    wideOnly: true,
  },
  {
    key: 'rate',
    title: 'Rate now',
    value: ({ id }) => ratesOf(id).bitsPerSecond,
    cell: ({ id }) => formatBitRate(ratesOf(id).bitsPerSecond),
    numeric: true,
  },
  { key: 'bytes', title: 'Octets', value: bytesOf, cell: (flow) => formatBytes(bytesOf(flow)), numeric: true },
  {
    key: 'explain',
    title: '',
    cell: (flow) => (
      <Link to="/policies/explain" search={questionOf(flow)}>
        Why
      </Link>
    ),
    wideOnly: true,
  },
];

const Ends = ({ flow }: { flow: Flow }) => (
  <span className={classes.flow}>
    <code>
      {end(flow.source, flow.source_port)} → {end(flow.destination, flow.destination_port)}
    </code>
    <small>
      {flow.protocol.toUpperCase()}, {flow.site} → {flow.dest_site ?? 'Internet'}
      {flow.server_name !== null && `, ${flow.server_name}`}
    </small>
  </span>
);

/** The question which policy such a flow meets, and why. */
function questionOf(flow: Flow): Readonly<Record<string, string>> {
  const { source, destination, protocol, source_port: from, destination_port: to, server_name: server } = flow;
  return {
    source,
    destination,
    protocol,
    ...(from === null ? {} : { source_port: String(from) }),
    ...(to === null ? {} : { destination_port: String(to) }),
    ...(server === null ? {} : { server_name: server }),
  };
}
