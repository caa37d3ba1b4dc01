import { Alert, Button, Modal, Switch } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { formatCount, plural } from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { SecretView } from './new-sink-dialog.tsx';
import {
  deleteSink,
  kindWords,
  placeOf,
  redeliver,
  renewSecret,
  sinkQuery,
  testSink,
  updateSink,
  type DeadLetter,
  type Sink,
} from './sink-documents.ts';
import { SinkState } from './sink-list-page.tsx';

/** Deliveries have no events of their own. */
const everyMs = 5000;

/** One sink: how it goes, what was given up, a delivery to try it. */
export function SinkPage() {
  const name = usePathParameter('sink');
  const can = useCan();
  const allowed = can('Query.eventSink');
  const answer = useApiQuery(sinkQuery, { sink: name }, { skip: !allowed, everyMs });
  if (!allowed) return <SignInNeeded title={name} role="admin" purpose="Where events are sent to" />;
  const sink = answer.data?.eventSink;
  return (
    <Page
      title={sink?.name ?? name}
      parent={{ label: 'Event sinks', path: '/event-sinks' }}
      actions={sink && <SinkActions sink={sink} />}
    >
      <QueryView answer={answer} height={320}>
        {({ eventSink, deadLetters }) => (
          <>
            {eventSink.last_error !== null && (
              <Alert color="red" title="The last delivery failed">
                {eventSink.last_error}
              </Alert>
            )}
            <Panel>
              <Facts
                wide={['To', 'Recipients']}
                of={{
                  State: <SinkState sink={eventSink} />,
                  By: kindWords[eventSink.kind] ?? eventSink.kind,
                  To: <code>{placeOf(eventSink)}</code>,
                  Recipients: eventSink.email?.to.join(', '),
                  Events: eventSink.filter.severities?.join(' and ') ?? 'all severities',
                  Types: eventSink.filter.types?.join(', '),
                  Waiting: formatCount(eventSink.queued),
                  'Given up': formatCount(eventSink.dead),
                  'Last delivery': <Time at={eventSink.last_success_at} />,
                  'Last failure': <Time at={eventSink.last_failure_at} />,
                }}
              />
            </Panel>
            <DeadLetters sink={eventSink} letters={deadLetters} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

function SinkActions({ sink }: { sink: Sink }) {
  const ask = useConfirm();
  const navigate = useNavigate();
  const [update] = useApiMutation(updateSink);
  const [test, testing] = useApiMutation(testSink);
  const [renew] = useApiMutation(renewSecret);
  const [remove] = useApiMutation(deleteSink);
  const [secret, setSecret] = useState<string | null>(null);
  const tryIt = async () => {
    const outcome = await test({ sink: sink.id });
    if (!outcome.ok) return showError(outcome.error);
    const { delivered, duration_ms: took, error } = outcome.data.testEventSink;
    showDone(delivered ? `A test event arrived after ${took} ms.` : `The test event did not arrive: ${error}.`);
  };
  const switchIt = async (enabled: boolean) => {
    const outcome = await update({ sink: sink.id, input: { enabled } });
    if (!outcome.ok) showError(outcome.error);
  };
  const newSecret = async () => {
    const children = <p>The receiver refuses what is signed with the new key until it knows it.</p>;
    if (!(await ask({ title: 'Make a new signing key?', children, action: 'Make a new key' }))) return;
    const outcome = await renew({ sink: sink.id });
    if (outcome.ok) setSecret(outcome.data.renewEventSinkSecret.secret);
    else showError(outcome.error);
  };
  const drop = async () => {
    const lost = sink.queued + sink.dead;
    const children = <p>It gets no more events. {plural(lost, 'event')} that wait or were given up go with it.</p>;
    if (!(await ask({ title: `Delete ${sink.name}?`, children, action: 'Delete', dangerous: true }))) return;
    const outcome = await remove({ sink: sink.id });
    if (!outcome.ok) return showError(outcome.error);
    void navigate({ to: '/event-sinks' });
    showDone(`${sink.name} was deleted.`);
  };
  return (
    <>
      <Switch
        label="On"
        checked={sink.enabled}
        onChange={({ currentTarget }) => void switchIt(currentTarget.checked)}
      />
      <Button variant="default" loading={testing} onClick={() => void tryIt()}>
        Send a test event
      </Button>
      {sink.kind === 'webhook' && (
        <Button variant="default" onClick={() => void newSecret()}>
          New signing key
        </Button>
      )}
      <Button variant="default" c="var(--down)" onClick={() => void drop()}>
        Delete
      </Button>
      {secret !== null && (
        <Modal opened onClose={() => setSecret(null)} title="The new signing key">
          <SecretView secret={secret} />
        </Modal>
      )}
    </>
  );
}

function DeadLetters({ sink, letters }: { sink: Sink; letters: readonly DeadLetter[] }) {
  const [send, busy] = useApiMutation(redeliver);
  const again = async () => {
    const outcome = await send({ sink: sink.id });
    if (outcome.ok) showDone(`${outcome.data.redeliverEvents.message}.`);
    else showError(outcome.error);
  };
  const aside = letters.length > 0 && (
    <Button size="xs" variant="default" loading={busy} onClick={() => void again()}>
      Deliver them again
    </Button>
  );
  return (
    <Panel title="Given up" aside={aside} flush>
      <DataTable
        plain
        label="Events that were given up"
        rows={letters}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<EmptyState title="Every event arrived, or is still tried" />}
      />
    </Panel>
  );
}

const messageOf = ({ event }: DeadLetter): string => {
  const { message } = event as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(event);
};

const columns: readonly Column<DeadLetter>[] = [
  { key: 'dead', title: 'Given up', value: ({ dead_at: at }) => at, cell: ({ dead_at: at }) => <Time at={at} /> },
  { key: 'event', title: 'Event', value: messageOf, cell: messageOf },
  { key: 'attempts', title: 'Tries', cell: ({ attempts }) => attempts, numeric: true, wideOnly: true },
  { key: 'error', title: 'Why', cell: ({ last_error: error }) => error ?? '', wideOnly: true },
];
