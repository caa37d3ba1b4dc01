import { Skeleton } from '@mantine/core';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { linksQuery, type LeftOutPair } from './link-documents.ts';
import { LinksForm } from './links-form.tsx';

/** Which labels of uplinks reach each other, and between which uplinks there is no path, and why. */
export function TransportLinksPage() {
  const answer = useApiQuery(linksQuery, {});
  const { loaded } = useNetwork();
  return (
    <Page
      title="Transport links"
      subtitle="Which uplinks reach each other, by their labels"
      parent={{ label: 'Paths', path: '/paths' }}
    >
      <QueryView answer={answer}>
        {({ transportLinks: links, transportLinksVersion: version, leftOutPairs: pairs }) => (
          <>
            <Panel title="Labels that reach each other">
              {loaded ? (
                <LinksForm key={version} links={links} version={version} />
              ) : (
                <Skeleton height={160} aria-label="Loading" />
              )}
            </Panel>
            <Panel title="No path between" flush>
              <DataTable
                label="Uplinks without a path"
                rows={pairs}
                columns={columns}
                rowKey={(pair) => `${pair.source_site} ${pair.source_label} ${pair.dest_site} ${pair.dest_label}`}
                empty={
                  <EmptyState title="Nothing is left out">
                    Each uplink has a path to each one of other sites.
                  </EmptyState>
                }
              />
            </Panel>
          </>
        )}
      </QueryView>
    </Page>
  );
}

const columns: readonly Column<LeftOutPair>[] = [
  end('from', 'From', ({ source_site: site, source_label: label }) => [site, label]),
  end('to', 'To', ({ dest_site: site, dest_label: label }) => [site, label]),
  { key: 'reason', title: 'Why', value: ({ reason }) => reason, cell: ({ reason }) => reason },
];

function end(key: string, title: string, of: (pair: LeftOutPair) => [string, string]): Column<LeftOutPair> {
  return {
    key,
    title,
    value: (pair) => of(pair).join(' '),
    cell: (pair) => {
      const [site, label] = of(pair);
      return (
        <>
          <strong>{site}</strong> {label}
        </>
      );
    },
  };
}
