import { graphql, type ResultOf } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatBitRate, formatBytes, formatCount } from '../../shared/figures/format.ts';
import type { Rates } from '../../shared/figures/rates.ts';
import { useRates } from '../../shared/figures/use-rates.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';

const policiesQuery = graphql(`
  query Policies {
    policies(limit: 1000) {
      id
      priority
      name
      description
      enabled
      is_default
      packets_matched
      bytes_matched
    }
  }
`);

type Policy = ResultOf<typeof policiesQuery>['policies'][number];

/** Policies in the order in which they are looked at, with what they match now. */
export function PolicyListPage() {
  const answer = useApiQuery(policiesQuery, {}, { everyMs: 2000 });
  const counters = new Map(
    (answer.data?.policies ?? []).map((policy) => [
      policy.id,
      { packets: policy.packets_matched, bytes: policy.bytes_matched },
    ]),
  );
  const rates = useRates(counters, answer.data);
  return (
    <Page title="Policies" subtitle="In the order in which they are looked at: the first that matches decides">
      <Panel flush>
        <QueryView answer={answer}>
          {({ policies }) => (
            <DataTable label="Policies" rows={policies} columns={columnsFor(rates)} rowKey={({ id }) => id} />
          )}
        </QueryView>
      </Panel>
    </Page>
  );
}

const columnsFor = (rates: (id: string) => Rates): readonly Column<Policy>[] => [
  {
    key: 'priority',
    title: 'Priority',
    value: ({ priority }) => priority,
    cell: (policy) => (policy.is_default ? 'default' : policy.priority),
    numeric: true,
  },
  {
    key: 'name',
    title: 'Policy',
    value: ({ name }) => name,
    cell: ({ name, enabled }) => (
      <>
        <strong>{name}</strong>
        {enabled ? '' : ' (not in force)'}
      </>
    ),
  },
  {
    key: 'description',
    title: 'Description',
    value: ({ description }) => description,
    cell: ({ description }) => description,
    wideOnly: true,
  },
  {
    key: 'rate',
    title: 'Now',
    value: ({ id }) => rates(id).bitsPerSecond,
    cell: ({ id }) => formatBitRate(rates(id).bitsPerSecond),
    numeric: true,
  },
  {
    key: 'packets',
    title: 'Packets',
    value: ({ packets_matched: packets }) => packets,
    cell: ({ packets_matched: packets }) => formatCount(packets),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'bytes',
    title: 'Octets',
    value: ({ bytes_matched: bytes }) => bytes,
    cell: ({ bytes_matched: bytes }) => formatBytes(bytes),
    numeric: true,
  },
];
