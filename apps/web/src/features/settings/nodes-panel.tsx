import { graphql, type ResultOf } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatDuration } from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';

const nodesQuery = graphql(`
  query Nodes {
    nodes {
      id
      role
      current
      version
      database
      started_at
      uptime_seconds
    }
  }
`);

type Node = ResultOf<typeof nodesQuery>['nodes'][number];

/** The controllers that share the database: what runs where, and for how long. */
export function NodesPanel() {
  const answer = useApiQuery(nodesQuery, {}, { everyMs: 10_000 });
  return (
    <Panel title="Nodes" flush>
      <QueryView answer={answer} height={80}>
        {({ nodes }) => (
          <DataTable plain name="node-" label="Nodes" rows={nodes} columns={columns} rowKey={({ id }) => id} />
        )}
      </QueryView>
    </Panel>
  );
}

const columns: readonly Column<Node>[] = [
  {
    key: 'id',
    title: 'Node',
    value: ({ id }) => id,
    cell: ({ id, current }) => (
      <>
        <strong>{id}</strong>
        {current && ' (this one)'}
      </>
    ),
  },
  { key: 'role', title: 'Role', value: ({ role }) => role, cell: ({ role }) => role },
  { key: 'version', title: 'Patronus', value: ({ version }) => version, cell: ({ version }) => version },
  {
    key: 'database',
    title: 'Database',
    value: ({ database }) => database,
    cell: ({ database }) => database,
    wideOnly: true,
  },
  {
    key: 'started',
    title: 'Started',
    value: ({ started_at: at }) => at,
    cell: ({ started_at: at }) => <Time at={at} />,
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'uptime',
    title: 'Up for',
    value: ({ uptime_seconds: seconds }) => seconds,
    cell: ({ uptime_seconds: seconds }) => formatDuration(seconds * 1000),
    numeric: true,
  },
];
