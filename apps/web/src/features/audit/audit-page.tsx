import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDownload, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useAddressParameters, useSetAddress } from '../../shared/address/use-address.ts';
import type { VariablesOf } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { downloadText } from '../../shared/parts/download.ts';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { useCan } from '../../shared/services.tsx';
import { auditCsv } from './audit-csv.ts';
import { auditQuery, type AuditEntry } from './audit-documents.ts';
import { AuditList } from './audit-list.tsx';
import { AuditVerification } from './audit-verification.tsx';
import classes from './audit-page.module.css';

/** Rows at once; the button at the end asks for as many more, up to what the API gives in one answer. */
const pageSize = 100;
const mostRows = 1000;

const results = [
  { value: '', label: 'Any result' },
  { value: 'success', label: 'Done' },
  { value: 'failed', label: 'Failed' },
  { value: 'refused', label: 'Refused' },
];

/** The audit log: filtered in the address bar, verified on demand, exported as it is shown. */
export function AuditPage() {
  const can = useCan();
  const [limit, setLimit] = useState(pageSize);
  const allowed = can('Query.auditLogPage');
  const filters = useAddressParameters();
  const answer = useApiQuery(auditQuery, { ...variablesOf(filters), limit }, { skip: !allowed });
  if (!allowed) return <SignInNeeded title="Audit" role="admin" purpose="The audit log" />;
  const items = answer.data?.auditLogPage.items ?? [];
  const exportShown = items.length > 0 && (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      onClick={() => downloadText('patronus-audit.csv', 'text/csv', auditCsv(items))}
    >
      Export what is shown
    </Button>
  );
  return (
    <Page title="Audit" subtitle="Who did what, from where, with what result." actions={exportShown}>
      <AuditVerification />
      <Panel flush>
        <Filters items={items} />
        <QueryView answer={answer} height={420}>
          {({ auditLogPage }) => (
            <>
              <AuditList entries={auditLogPage.items} />
              {auditLogPage.next_cursor !== null && limit < mostRows && (
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

function Filters({ items }: { items: readonly AuditEntry[] }) {
  const { actor = '', action = '', target = '', result = '' } = useAddressParameters();
  const setAddress = useSetAddress();
  const actions = [...new Set([...items.map((entry) => entry.action), ...(action === '' ? [] : [action])])].toSorted();
  return (
    <div className={classes.filters} role="search" aria-label="Filter the audit log">
      <LaterField name="actor" label="Who" initial={actor} />
      <LaterField name="target" label="What it was done to" initial={target} />
      <Select
        size="xs"
        w={200}
        searchable
        aria-label="Action"
        allowDeselect={false}
        data={[{ value: '', label: 'Any action' }, ...actions.map((each) => ({ value: each, label: each }))]}
        value={action}
        onChange={(next) => setAddress({ action: next ?? '' }, { push: true })}
      />
      <Select
        size="xs"
        w={130}
        aria-label="Result"
        allowDeselect={false}
        data={results}
        value={result}
        onChange={(next) => setAddress({ result: next ?? '' }, { push: true })}
      />
    </div>
  );
}

/** Typing settles before the controller is asked. */
function LaterField({ name, label, initial }: { name: string; label: string; initial: string }) {
  const setAddress = useSetAddress();
  const [text, setText] = useState(initial);
  const later = useDebouncedCallback((next: string) => setAddress({ [name]: next }), 250);
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={label}
      data-filter={name === 'actor' || undefined}
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        later(currentTarget.value);
      }}
    />
  );
}

function variablesOf(filters: Readonly<Record<string, string>>): VariablesOf<typeof auditQuery> {
  const { actor, action, target, result } = filters;
  return {
    ...(actor ? { actor } : {}),
    ...(action ? { actions: [action] } : {}),
    ...(target ? { target } : {}),
    ...(result ? { result } : {}),
  };
}
