import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { deleteEnrolmentKey, enrolmentKeysQuery, type EnrolmentKey } from './key-documents.ts';

/** Keys by which edges join; they are made on the page of a site, and shown only there and then. */
export function EnrolmentKeysPanel() {
  const answer = useApiQuery(enrolmentKeysQuery, {});
  return (
    <Panel title="Enrolment keys" flush>
      <QueryView answer={answer} height={90}>
        {({ enrolmentKeys }) => (
          <DataTable
            name="enrolment-"
            label="Enrolment keys"
            rows={enrolmentKeys}
            columns={columns}
            rowKey={({ id }) => id}
            initialSort="-made"
            empty={
              <EmptyState title="No enrolment keys">
                The page of a site makes one for its edge: open a site under <Link to="/sites">Sites</Link>.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Panel>
  );
}

/** Whether an edge can still join with it. */
function stateOf({ revoked, expires_at: expiresAt, uses, max_uses: maxUses }: EnrolmentKey): string {
  if (revoked) return 'revoked';
  if (uses >= maxUses) return 'used up';
  return expiresAt <= Date.now() ? 'ended' : 'open';
}

const columns: readonly Column<EnrolmentKey>[] = [
  { key: 'site', title: 'Site', value: ({ site }) => site, cell: ({ site }) => <strong>{site}</strong> },
  {
    key: 'state',
    title: 'State',
    value: stateOf,
    cell: (key) => <HealthBadge health={stateOf(key) === 'open' ? 'up' : 'unknown'} word={stateOf(key)} />,
  },
  {
    key: 'uses',
    title: 'Used',
    value: ({ uses }) => uses,
    cell: ({ uses, max_uses: most }) => `${uses} of ${most}`,
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'replace',
    title: 'Replaces an edge',
    cell: ({ replace }) => (replace ? 'yes' : 'no'),
    wideOnly: true,
  },
  {
    key: 'made',
    title: 'Made',
    value: ({ created_at: at }) => at,
    cell: ({ created_at: at }) => <Time at={at} />,
    wideOnly: true,
  },
  { key: 'ends', title: 'Ends', value: ({ expires_at: at }) => at, cell: ({ expires_at: at }) => <Time at={at} /> },
  {
    key: 'revoke',
    title: '',
    cell: (key) => stateOf(key) === 'open' && <RevokeButton enrolmentKey={key} />,
    numeric: true,
  },
];

function RevokeButton({ enrolmentKey }: { enrolmentKey: EnrolmentKey }) {
  const ask = useConfirm();
  const [remove, busy] = useApiMutation(deleteEnrolmentKey);
  const run = async () => {
    const children = <p>No edge can join with it any more; those that joined stay. A new one can be made.</p>;
    const title = `Revoke the key for ${enrolmentKey.site}?`;
    if (!(await ask({ title, children, action: 'Revoke', dangerous: true }))) return;
    const outcome = await remove({ key: enrolmentKey.id });
    if (outcome.ok) showDone('The key was revoked.');
    else showError(outcome.error);
  };
  return (
    <Button size="compact-xs" variant="default" loading={busy} onClick={() => void run()}>
      Revoke
    </Button>
  );
}
