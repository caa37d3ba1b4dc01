import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatCount } from '../../shared/figures/format.ts';
import { Time } from '../../shared/figures/time.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { RowMenu } from '../../shared/parts/row-menu.tsx';
import { useCan } from '../../shared/services.tsx';
import { PolicyLinks, type NamedPolicy } from '../policies/policy-links.tsx';
import { HostSetDialog } from './host-set-dialog.tsx';
import { hostSetsQuery, type HostSet } from './host-set-documents.ts';
import { useHostSetDeletion } from './use-host-set-deletion.tsx';

/** All host sets, and the policies that name them. */
export function HostSetsPage() {
  const answer = useApiQuery(hostSetsQuery, {});
  const can = useCan();
  const [shown, setShown] = useState<{ readonly set: HostSet | null } | null>(null);
  const remove = useHostSetDeletion();
  const policies = answer.data?.policies ?? [];
  const namedBy = ({ name }: HostSet): readonly NamedPolicy[] =>
    policies.filter(({ match_conditions: { source_host_sets: from, destination_host_sets: to } }) =>
      [...(from ?? []), ...(to ?? [])].includes(name),
    );
  const menu: Column<HostSet> = {
    key: 'menu',
    title: '',
    cell: (set) => (
      <RowMenu
        name={set.name}
        onEdit={() => setShown({ set })}
        onDelete={() => void remove(set)}
        cannotDelete={namedBy(set).length > 0 ? 'policies name it' : null}
      />
    ),
    numeric: true,
  };
  return (
    <Page
      title="Host sets"
      subtitle="Prefixes and addresses that policies name together"
      parent={{ label: 'Policies', path: '/policies' }}
      actions={
        can('Mutation.createHostSet') && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setShown({ set: null })}>
            Add a host set
          </Button>
        )
      }
    >
      <Panel flush>
        <QueryView answer={answer}>
          {({ hostSets }) => (
            <DataTable
              label="Host sets"
              rows={hostSets}
              columns={can('Mutation.updateHostSet') ? [...columns(namedBy), menu] : columns(namedBy)}
              rowKey={({ id }) => id}
              initialSort="name"
              empty={
                <EmptyState title="No host sets yet">
                  Printers, phones or servers that lie in several places get one name here, by which policies choose
                  their traffic.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Panel>
      {shown !== null && <HostSetDialog set={shown.set} onClose={() => setShown(null)} />}
    </Page>
  );
}

/** More of them are told by their number. */
const membersShown = 4;

const columns = (namedBy: (set: HostSet) => readonly NamedPolicy[]): readonly Column<HostSet>[] => [
  {
    key: 'name',
    title: 'Name',
    value: ({ name, description }) => `${name} ${description}`,
    cell: ({ name, description }) => (
      <>
        <strong>{name}</strong>
        {description !== '' && <div>{description}</div>}
      </>
    ),
  },
  {
    key: 'members',
    title: 'Prefixes and addresses',
    value: ({ members }) => members.join(' '),
    cell: ({ members }) => (
      <>
        {members.slice(0, membersShown).map((member) => (
          <div key={member}>
            <code>{member}</code>
          </div>
        ))}
        {members.length > membersShown && `and ${formatCount(members.length - membersShown)} more`}
      </>
    ),
  },
  {
    key: 'policies',
    title: 'Named by',
    value: (set) => namedBy(set).length,
    cell: (set) => <PolicyLinks policies={namedBy(set)} />,
    wideOnly: true,
  },
  {
    key: 'changed',
    title: 'Changed',
    value: ({ updated_at: at }) => at,
    cell: ({ updated_at: at }) => <Time at={at} />,
    numeric: true,
    wideOnly: true,
  },
];
