import { Button } from '@mantine/core';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { Ago, Time } from '../../shared/figures/time.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useSession } from '../../shared/services.tsx';
import { endSession, endUserSessions, sessionsQuery, type SessionRow } from './account-documents.ts';
import { programName } from './program-name.ts';

/** Where somebody is signed in, and the ways to end it. `user`: whose; absent: those of whoever uses the page. */
export function SessionsPanel({ user }: { user?: string }) {
  const answer = useApiQuery(sessionsQuery, user === undefined ? {} : { user });
  const session = useSession();
  const ask = useConfirm();
  const [endAll, busy] = useApiMutation(endUserSessions);
  const whose = user ?? (session.kind === 'signed-in' ? session.user.username : '');
  const run = async () => {
    const title = user === undefined ? 'Sign out everywhere?' : `Sign ${user} out everywhere?`;
    const children = <p>All sessions end at once, {user === undefined ? 'this one too' : 'on every device'}.</p>;
    if (!(await ask({ title, children, action: 'Sign out', dangerous: true }))) return;
    const outcome = await endAll({ user: whose });
    if (outcome.ok) showDone('All sessions were ended.');
    else showError(outcome.error);
  };
  const count = answer.data?.sessions.length ?? 0;
  const aside = count > 1 && (
    <Button size="xs" variant="default" loading={busy} onClick={() => void run()}>
      Sign out everywhere
    </Button>
  );
  return (
    <Panel title="Sessions" aside={aside} flush>
      <QueryView answer={answer} height={90}>
        {({ sessions }) => (
          <DataTable
            plain
            name="session-"
            label="Sessions"
            rows={sessions}
            columns={columns}
            rowKey={({ id }) => id}
            empty={<EmptyState title="No sessions">Nobody is signed in here now.</EmptyState>}
          />
        )}
      </QueryView>
    </Panel>
  );
}

const columns: readonly Column<SessionRow>[] = [
  {
    key: 'program',
    title: 'With',
    cell: ({ user_agent: agent, machine, current }) => (
      <span title={agent ?? undefined}>
        <strong>{programName(agent)}</strong>
        {machine !== null && ` on ${machine}`}
        {current && ' (this one)'}
      </span>
    ),
  },
  { key: 'address', title: 'From', cell: ({ address }) => address ?? '' },
  { key: 'since', title: 'Since', cell: ({ created_at: at }) => <Time at={at} />, wideOnly: true },
  { key: 'used', title: 'Last used', cell: ({ last_used_at: at }) => <Ago at={at} />, numeric: true },
  { key: 'end', title: '', cell: (row) => !row.current && <EndButton row={row} />, numeric: true },
];

function EndButton({ row }: { row: SessionRow }) {
  const [end, busy] = useApiMutation(endSession);
  const run = async () => {
    const outcome = await end({ session: row.id });
    if (outcome.ok) showDone('The session was ended.');
    else showError(outcome.error);
  };
  return (
    <Button size="compact-xs" variant="default" loading={busy} onClick={() => void run()}>
      End
    </Button>
  );
}
