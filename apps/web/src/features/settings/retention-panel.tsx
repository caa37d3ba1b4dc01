import { graphql, type ResultOf } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';

const retentionQuery = graphql(`
  query Retention {
    retention {
      kept
      days
      setting
    }
  }
`);

type Period = ResultOf<typeof retentionQuery>['retention'][number];

const names: Readonly<Record<string, string>> = {
  events: 'Events',
  path_metrics: 'Delay, jitter and loss of paths',
  traffic: 'Traffic',
  policy_statistics: 'Counters of policies',
  sla: 'SLA record',
  audit: 'Audit log',
};

/** How long the controller keeps what it was told, and the settings that say so. */
export function RetentionPanel() {
  const answer = useApiQuery(retentionQuery, {});
  return (
    <Panel title="Retention" flush>
      <QueryView answer={answer} height={240}>
        {({ retention }) => (
          <DataTable
            plain
            name="retention-"
            label="Retention"
            rows={retention}
            columns={columns}
            rowKey={({ kept }) => kept}
          />
        )}
      </QueryView>
    </Panel>
  );
}

const columns: readonly Column<Period>[] = [
  {
    key: 'kept',
    title: 'What',
    value: ({ kept }) => names[kept] ?? kept,
    cell: ({ kept }) => <strong>{names[kept] ?? kept}</strong>,
  },
  { key: 'setting', title: 'Set by', cell: ({ setting }) => <code>{setting}</code>, wideOnly: true },
  {
    key: 'days',
    title: 'Kept for',
    value: ({ days }) => days ?? Number.POSITIVE_INFINITY,
    cell: ({ days }) => (days === null ? 'for ever' : plural(days, 'day')),
    numeric: true,
  },
];
