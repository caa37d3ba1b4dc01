import { Link } from '@tanstack/react-router';
import { labelsText } from '../../shared/figures/format.ts';
import { Age } from '../../shared/figures/time.tsx';
import { HealthBadge, type Health } from '../../shared/health/health.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import type { Decision } from './policy-documents.ts';
import { lineOf } from './used-paths.ts';

/** Which paths carry a policy's traffic between which sites, as edges decided, and why. */
export const DecisionTable = ({ decisions, enabled }: { decisions: readonly Decision[]; enabled: boolean }) => (
  <DataTable
    label="Decisions"
    rows={decisions}
    columns={columns}
    rowKey={({ source_site: from, dest_site: to }) => `${from} ${to}`}
    empty={
      <EmptyState title={enabled ? 'No edge has told yet' : 'It is not in force'}>
        {enabled
          ? 'Edges choose as soon as they have the policy and know a path.'
          : 'Enable it, and edges choose paths.'}
      </EmptyState>
    }
  />
);

const stateOf = ({ paths, sla_met: met }: Decision): { readonly health: Health; readonly word: string } => {
  if (paths.length === 0) return { health: 'down', word: 'no path' };
  return met ? { health: 'up', word: 'as wanted' } : { health: 'degraded', word: 'out of bounds' };
};

const columns: readonly Column<Decision>[] = [
  {
    key: 'sites',
    title: 'From → to',
    value: ({ source_site: from, dest_site: to }) => `${from} → ${to}`,
    cell: ({ source_site: from, dest_site: to }) => (
      <strong>
        {from} → {to}
      </strong>
    ),
  },
  {
    key: 'path',
    title: 'Path',
    value: lineOf,
    cell: ({ paths }) =>
      paths.map(({ path_id: id, weight, source_label: from, dest_label: to }, place) => (
        <span key={id}>
          {place > 0 && ' + '}
          <Link to={`/paths/${id}`}>{labelsText(from, to)}</Link>
          {paths.length > 1 && ` (${weight})`}
        </span>
      )),
  },
  {
    key: 'state',
    title: 'State',
    value: (decision) => stateOf(decision).word,
    cell: (decision) => <HealthBadge {...stateOf(decision)} />,
  },
  {
    key: 'reason',
    title: 'Why',
    value: ({ reason }) => reason,
    cell: ({ reason }) => reason,
    wideOnly: true,
  },
  {
    key: 'since',
    title: 'Since',
    value: ({ since }) => since,
    cell: ({ since }) => <Age at={since} />,
    numeric: true,
    wideOnly: true,
  },
];
