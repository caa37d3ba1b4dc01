import { Button } from '@mantine/core';
import { graphql, type ResultOf } from '../../shared/api/graphql.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { formatCount, formatPercent, plural } from '../../shared/figures/format.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';

const cachesQuery = graphql(`
  query Caches {
    cacheStats {
      name
      entries
      max_entries
      hits
      misses
      ttl_seconds
    }
  }
`);

const clearCache = graphql(`
  mutation ClearCache {
    clearCache {
      message
      cleared_entries
    }
  }
`);

type CacheFigures = ResultOf<typeof cachesQuery>['cacheStats'][number];

/** Counters have no events. */
const everyMs = 5000;

/** What the controller keeps so as not to work it out again. */
export function CachesPanel() {
  const answer = useApiQuery(cachesQuery, {}, { everyMs });
  const [clear, busy] = useApiMutation(clearCache);
  const can = useCan();
  const run = async () => {
    const outcome = await clear({});
    if (outcome.ok) showDone(`${plural(outcome.data.clearCache.cleared_entries, 'entry', 'entries')} cleared.`);
    else showError(outcome.error);
  };
  const aside = can('Mutation.clearCache') && (
    <Button size="xs" variant="default" loading={busy} onClick={() => void run()}>
      Clear all
    </Button>
  );
  return (
    <Panel title="Caches" aside={aside} flush>
      <QueryView answer={answer} height={120}>
        {({ cacheStats }) => (
          <DataTable
            plain
            name="cache-"
            label="Caches"
            rows={cacheStats}
            columns={columns}
            rowKey={({ name }) => name}
          />
        )}
      </QueryView>
    </Panel>
  );
}

const hitPercent = ({ hits, misses }: CacheFigures): number | null =>
  hits + misses === 0 ? null : (100 * hits) / (hits + misses);

const columns: readonly Column<CacheFigures>[] = [
  { key: 'name', title: 'Of', cell: ({ name }) => <strong>{name}</strong> },
  {
    key: 'entries',
    title: 'Entries',
    cell: ({ entries, max_entries: most }) => `${formatCount(entries)} of ${formatCount(most)}`,
    numeric: true,
  },
  { key: 'rate', title: 'Found', cell: (cache) => formatPercent(hitPercent(cache)), numeric: true },
  { key: 'hits', title: 'Hits', cell: ({ hits }) => formatCount(hits), numeric: true, wideOnly: true },
  { key: 'misses', title: 'Misses', cell: ({ misses }) => formatCount(misses), numeric: true, wideOnly: true },
  { key: 'ttl', title: 'Kept for', cell: ({ ttl_seconds: seconds }) => `${seconds} s`, numeric: true },
];
