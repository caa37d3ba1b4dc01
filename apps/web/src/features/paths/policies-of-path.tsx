import { labelsText } from '../../shared/figures/format.ts';
import { Age } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import type { Path } from '../../shared/live/network-documents.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import type { Decision } from './path-documents.ts';

interface PoliciesOfPathProps {
  /** For traffic from the source to the destination of the path. */
  readonly decisions: readonly Decision[];
  readonly path: Path;
}

/** Which policies send their traffic over a path, and over what the others do. */
export const PoliciesOfPath = ({ decisions, path }: PoliciesOfPathProps) => (
  <Panel title={`Policies from ${path.source_site} to ${path.dest_site}`} flush>
    <DataTable
      plain
      name="policy-"
      label="Policies"
      rows={decisions}
      columns={columnsFor(path)}
      rowKey={({ policy_id: id }) => id}
      empty={<EmptyState title="Nothing is decided yet">The edge tells when it has paths to choose from.</EmptyState>}
    />
  </Panel>
);

const columnsFor = (path: Path): readonly Column<Decision>[] => [
  { key: 'policy', title: 'Policy', value: ({ policy }) => policy, cell: ({ policy }) => <strong>{policy}</strong> },
  {
    key: 'uses',
    title: 'Uses this path',
    value: ({ paths }) => paths.some(({ path_id: id }) => id === path.id),
    cell: ({ paths }) => {
      const used = paths.find(({ path_id: id }) => id === path.id);
      if (used === undefined) return 'no';
      return paths.length === 1 ? 'yes' : `yes, weight ${used.weight}`;
    },
  },
  {
    key: 'now',
    title: 'Its paths now',
    cell: ({ paths }) => paths.map((each) => labelsText(each.source_label, each.dest_label)).join(', ') || 'none',
  },
  {
    key: 'sla',
    title: 'As asked',
    value: ({ sla_met: met }) => met,
    cell: ({ sla_met: met }) => <HealthBadge health={met ? 'up' : 'degraded'} word={met ? 'yes' : 'no'} />,
  },
  { key: 'reason', title: 'Why', cell: ({ reason }) => reason, wideOnly: true },
  {
    key: 'since',
    title: 'For',
    value: ({ since }) => since,
    cell: ({ since }) => <Age at={since} />,
    numeric: true,
    wideOnly: true,
  },
];
