import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useAddressParameters, useSetAddress } from '../../shared/address/use-address.ts';
import type { VariablesOf } from '../../shared/api/graphql.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { AddressChoice } from '../../shared/parts/address-choice.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { acknowledgeEvents, eventsQuery } from './event-documents.ts';
import { EventList, type ShownEvent } from './event-list.tsx';
import classes from './event-list.module.css';

/** Events at once; the button at the end asks for as many more, up to what the API gives in one answer. */
const pageSize = 100;
const mostEvents = 1000;

const severityChoices = [
  { value: '', label: 'Any severity' },
  { value: 'warning,error', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];
const noteChoices = [
  { value: '', label: 'Noted or not' },
  { value: 'no', label: 'Not noted yet' },
  { value: 'yes', label: 'Noted' },
];

/** What happened, newest first and live; narrowed in the address bar. */
export function EventListPage() {
  const filters = useAddressParameters();
  const setAddress = useSetAddress();
  const [limit, setLimit] = useState(pageSize);
  const answer = useApiQuery(eventsQuery, { ...variablesOf(filters), limit });
  const [acknowledge, busy] = useApiMutation(acknowledgeEvents);
  const can = useCan()('Mutation.acknowledgeEvents');
  const note = async (events: readonly ShownEvent[]) => {
    const outcome = await acknowledge({ ids: events.map(({ id }) => id) });
    if (outcome.ok) showDone(`${plural(events.length, 'event')} noted.`);
    else showError(outcome.error);
  };
  const items = (answer.data?.eventsPage.items ?? []) as ShownEvent[];
  const open = items.filter((event) => (event.acknowledged_at ?? null) === null && event.severity !== 'info');
  const noteAll = can && open.length > 0 && (
    <Button variant="default" loading={busy} onClick={() => void note(open)}>
      Take note of {plural(open.length, 'warning')}
    </Button>
  );
  return (
    <Page title="Events" actions={noteAll}>
      <Panel flush>
        <Filters types={[...new Set(items.map((event) => event.event_type))]} />
        <QueryView answer={answer} height={420}>
          {({ eventsPage }) => (
            <>
              <EventList
                events={items}
                onAcknowledge={can ? (event) => void note([event]) : undefined}
                onType={(type) => setAddress({ type }, { push: true })}
              />
              {eventsPage.next_cursor !== null && limit < mostEvents && (
                <div className={classes.more}>
                  <Button variant="default" size="xs" onClick={() => setLimit(limit + pageSize)}>
                    Load more
                  </Button>
                </div>
              )}
            </>
          )}
        </QueryView>
      </Panel>
    </Page>
  );
}

function Filters({ types }: { types: readonly string[] }) {
  const filters = useAddressParameters();
  const setAddress = useSetAddress();
  const { sites } = useNetwork();
  const { severity = '', type = '', site = '', acknowledged = '', search = '' } = filters;
  const [text, setText] = useState(search);
  const searchLater = useDebouncedCallback((next: string) => setAddress({ search: next }), 250);
  const typeNames = [...new Set([...types, ...(type === '' ? [] : [type])])].toSorted();
  return (
    <div className={classes.filters} role="search" aria-label="Filter events">
      <TextInput
        data-filter
        size="xs"
        aria-label="Text of the event"
        placeholder="Text"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          searchLater(currentTarget.value);
        }}
      />
      <AddressChoice label="Severity" value={severity} data={severityChoices} name="severity" />
      <AddressChoice
        label="Site"
        value={site}
        data={[{ value: '', label: 'Any site' }, ...sites.map(({ name }) => ({ value: name, label: name }))]}
        name="site"
      />
      <AddressChoice
        label="Type"
        value={type}
        data={[{ value: '', label: 'Any type' }, ...typeNames.map((name) => ({ value: name, label: name }))]}
        name="type"
      />
      <AddressChoice label="Noted" value={acknowledged} data={noteChoices} name="acknowledged" />
    </div>
  );
}
/** What the address says, as the API takes it. */
function variablesOf(filters: Readonly<Record<string, string>>): VariablesOf<typeof eventsQuery> {
  const { severity, type, site, acknowledged, search } = filters;
  return {
    ...(severity ? { severities: severity.split(',') } : {}),
    ...(type ? { types: [type] } : {}),
    ...(site ? { site } : {}),
    ...(search ? { search } : {}),
    ...(acknowledged ? { acknowledged: acknowledged === 'yes' } : {}),
  };
}
