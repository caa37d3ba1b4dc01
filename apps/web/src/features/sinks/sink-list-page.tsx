import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatCount } from '../../shared/figures/format.ts';
import { Ago } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { useCan } from '../../shared/services.tsx';
import { NewSinkDialog } from './new-sink-dialog.tsx';
import { kindWords, placeOf, sinksQuery, type Sink } from './sink-documents.ts';

const title = 'Event sinks';
/** Deliveries have no events of their own. */
const everyMs = 5000;

/** All places that events are sent to, and how that goes. */
export function SinkListPage() {
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const allowed = can('Query.eventSinks');
  const answer = useApiQuery(sinksQuery, {}, { skip: !allowed, everyMs });
  if (!allowed) return <SignInNeeded title={title} role="admin" purpose="Where events are sent to" />;
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      Add a sink
    </Button>
  );
  return (
    <Page title={title} subtitle="Events leave here for webhooks, syslog and mail." actions={add}>
      <Panel flush>
        <QueryView answer={answer} height={200}>
          {({ eventSinks }) => (
            <DataTable
              label={title}
              rows={eventSinks}
              columns={columns}
              rowKey={({ id }) => id}
              path={({ name }) => `/event-sinks/${encodeURIComponent(name)}`}
              initialSort="name"
              empty={
                <EmptyState title="Events go nowhere else yet" action={add}>
                  Have them sent to a chat or ticket system, a log collector, or people.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      {adding && <NewSinkDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

export function SinkState({ sink }: { sink: Sink }) {
  if (!sink.enabled) return <HealthBadge health="unknown" word="switched off" />;
  if (sink.last_failure_at !== null && sink.last_failure_at > (sink.last_success_at ?? 0)) {
    return <HealthBadge health="down" word="failing" />;
  }
  if (sink.last_success_at === null) return <HealthBadge health="unknown" word="not used yet" />;
  return <HealthBadge health="up" word="delivers" />;
}

const columns: readonly Column<Sink>[] = [
  { key: 'name', title: 'Name', value: ({ name }) => name, cell: ({ name }) => <strong>{name}</strong> },
  { key: 'kind', title: 'By', value: ({ kind }) => kind, cell: ({ kind }) => kindWords[kind] ?? kind },
  { key: 'place', title: 'To', value: placeOf, cell: (sink) => <code>{placeOf(sink)}</code>, wideOnly: true },
  { key: 'state', title: 'State', value: ({ last_error: error }) => error, cell: (sink) => <SinkState sink={sink} /> },
  {
    key: 'queued',
    title: 'Waiting',
    value: ({ queued }) => queued,
    cell: ({ queued }) => formatCount(queued),
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'dead',
    title: 'Given up',
    value: ({ dead }) => dead,
    cell: ({ dead }) => formatCount(dead),
    numeric: true,
  },
  {
    key: 'last',
    title: 'Last delivery',
    value: ({ last_success_at: at }) => at,
    cell: ({ last_success_at: at }) => <Ago at={at} />,
    numeric: true,
    wideOnly: true,
  },
];
