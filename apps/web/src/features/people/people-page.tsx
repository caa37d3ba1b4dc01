import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useAddress } from '../../shared/address/use-address.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { Ago, Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { NewPersonDialog } from './new-person-dialog.tsx';
import { restoreUser, usersQuery, type Person } from './people-documents.ts';

/** All who may sign in, and those who were deleted lately. */
export function PeoplePage() {
  const can = useCan();
  const [shown, setShown] = useAddress('shown-people', 'present', { push: true });
  const [adding, setAdding] = useState(false);
  const allowed = can('Query.users');
  const deleted = shown === 'deleted';
  const answer = useApiQuery(usersQuery, { deleted }, { skip: !allowed });
  if (!allowed) return <SignInNeeded title="People" role="admin" purpose="The list of people" />;
  const which = (
    <SegmentedControl
      size="xs"
      aria-label="Which people"
      value={shown}
      onChange={setShown}
      data={[
        { value: 'present', label: 'Present' },
        { value: 'deleted', label: 'Deleted' },
      ]}
    />
  );
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      Add a person
    </Button>
  );
  return (
    <Page title="People" actions={add}>
      <Panel flush>
        <QueryView answer={answer} height={240}>
          {({ users }) => (
            <>
              {users.length === 0 && <div style={{ padding: 16 }}>{which}</div>}
              <DataTable
                label="People"
                rows={users}
                columns={deleted ? deletedColumns : columns}
                rowKey={(user) => user.id}
                {...(deleted ? {} : { path: personPath })}
                initialSort="username"
                tools={which}
                empty={
                  <EmptyState title={deleted ? 'Nobody was deleted lately' : 'Nobody can sign in yet'}>
                    {deleted && 'Deleted people can be restored for 30 days.'}
                  </EmptyState>
                }
              />
            </>
          )}
        </QueryView>
      </Panel>
      {adding && <NewPersonDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

const personPath = ({ username }: Person): string => `/people/${encodeURIComponent(username)}`;

const nameColumns: readonly Column<Person>[] = [
  {
    key: 'username',
    title: 'Signs in as',
    value: (user) => user.username,
    cell: (user) => <strong>{user.username}</strong>,
  },
  { key: 'name', title: 'Name', value: (user) => user.name, cell: (user) => user.name, wideOnly: true },
  { key: 'role', title: 'Role', value: (user) => user.role, cell: (user) => user.role },
];

const columns: readonly Column<Person>[] = [
  ...nameColumns,
  { key: 'state', title: 'Access', value: stateOf, cell: (user) => <AccessState user={user} /> },
  {
    key: 'totp',
    title: 'Second factor',
    value: (user) => user.totp,
    cell: (user) => (user.totp ? 'authenticator app' : 'none'),
    wideOnly: true,
  },
  {
    key: 'last',
    title: 'Last sign-in',
    value: (user) => user.last_sign_in_at,
    cell: (user) => <Ago at={user.last_sign_in_at} />,
    numeric: true,
  },
];

const deletedColumns: readonly Column<Person>[] = [
  ...nameColumns,
  { key: 'deleted', title: 'Deleted', value: (user) => user.deleted_at, cell: (user) => <Time at={user.deleted_at} /> },
  {
    key: 'purge',
    title: 'Gone for good',
    value: (user) => user.purge_at,
    cell: (user) => <Time at={user.purge_at} />,
    wideOnly: true,
  },
  { key: 'restore', title: '', cell: (user) => <RestoreButton user={user} /> },
];

function stateOf(user: Person): string {
  if (!user.enabled) return 'switched off';
  return user.locked_until !== null && user.locked_until > Date.now() ? 'locked out' : 'on';
}

export function AccessState({ user }: { user: Person }) {
  const state = stateOf(user);
  if (state === 'on') return <HealthBadge health="up" word="on" />;
  if (state === 'switched off') return <HealthBadge health="unknown" word="switched off" />;
  return (
    <span>
      <HealthBadge health="degraded" word="locked out" /> until <Time at={user.locked_until} />
    </span>
  );
}

function RestoreButton({ user }: { user: Person }) {
  const [restore, busy] = useApiMutation(restoreUser);
  const run = async () => {
    const outcome = await restore({ user: user.id });
    if (outcome.ok) showDone(`${user.username} may sign in again.`);
    else showError(outcome.error);
  };
  return (
    <Button size="compact-xs" variant="default" loading={busy} onClick={() => void run()}>
      Restore
    </Button>
  );
}
