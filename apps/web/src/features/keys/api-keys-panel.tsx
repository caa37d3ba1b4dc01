import { Button } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { Ago, Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { apiKeysQuery, deleteApiKey, restoreApiKey, type ApiKey } from './key-documents.ts';
import { NewApiKeyDialog } from './new-api-key-dialog.tsx';

/** API keys. `user`: whose, `*` for all; absent: those of whoever uses the page. */
export function ApiKeysPanel({ user }: { user?: string }) {
  const answer = useApiQuery(apiKeysQuery, user === undefined ? {} : { user });
  const [adding, setAdding] = useState(false);
  const add = (
    <Button size="xs" onClick={() => setAdding(true)}>
      Make a key
    </Button>
  );
  const forUser = user === '*' ? undefined : user;
  return (
    <Panel title="API keys" aside={add} flush>
      <QueryView answer={answer} height={90}>
        {({ apiKeys }) => (
          <DataTable
            plain
            name="key-"
            label="API keys"
            rows={apiKeys}
            columns={user === '*' ? [...columns.slice(0, 1), ownerColumn, ...columns.slice(1)] : columns}
            rowKey={({ id }) => id}
            empty={
              <EmptyState title="No API keys">
                A key lets a script or a program use the API, with no more rights than it needs.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {adding && (
        <NewApiKeyDialog {...(forUser === undefined ? {} : { user: forUser })} onClose={() => setAdding(false)} />
      )}
    </Panel>
  );
}

const ownerColumn: Column<ApiKey> = {
  key: 'owner',
  title: 'Acts for',
  value: ({ username }) => username,
  cell: ({ username, role }) => `${username} (${role})`,
};

const columns: readonly Column<ApiKey>[] = [
  { key: 'name', title: 'For', value: ({ name }) => name, cell: ({ name }) => <strong>{name}</strong> },
  { key: 'scopes', title: 'May', cell: ({ scopes }) => <code>{scopes.join(', ')}</code>, wideOnly: true },
  {
    key: 'expires',
    title: 'Ends',
    value: ({ expires_at: at }) => at,
    cell: ({ expires_at: at }) => (at <= Date.now() ? <HealthBadge health="unknown" word="ended" /> : <Time at={at} />),
  },
  {
    key: 'used',
    title: 'Last used',
    value: ({ last_used_at: at }) => at,
    cell: ({ last_used_at: at, last_address: address }) => (
      <span>
        <Ago at={at} />
        {at === null || address === null ? '' : `, ${address}`}
      </span>
    ),
    wideOnly: true,
  },
  { key: 'delete', title: '', cell: (key) => <DeleteButton apiKey={key} />, numeric: true },
];

function DeleteButton({ apiKey }: { apiKey: ApiKey }) {
  const ask = useConfirm();
  const [remove, busy] = useApiMutation(deleteApiKey);
  const [restore] = useApiMutation(restoreApiKey);
  const run = async () => {
    const children = <p>Whatever uses it is refused from now on.</p>;
    if (!(await ask({ title: `Delete the key ${apiKey.name}?`, children, action: 'Delete', dangerous: true }))) return;
    const outcome = await remove({ key: apiKey.id });
    if (!outcome.ok) return showError(outcome.error);
    showDone(`The key ${apiKey.name} was deleted.`, async () => {
      const back = await restore({ key: apiKey.id });
      if (!back.ok) showError(back.error);
    });
  };
  return (
    <Button size="compact-xs" variant="default" loading={busy} onClick={() => void run()}>
      Delete
    </Button>
  );
}
