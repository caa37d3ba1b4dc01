import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { formatPercent, unknownFigure } from '../../shared/figures/format.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { RowMenu } from '../../shared/parts/row-menu.tsx';
import { useCan } from '../../shared/services.tsx';
import { dscpName } from '../policies/editor/short-values.ts';
import { PolicyLinks, type NamedPolicy } from '../policies/policy-links.tsx';
import { ClassDialog } from './class-dialog.tsx';
import { classesQuery, type QosClass } from './class-documents.ts';
import classes from './classes.module.css';
import { useClassDeletion } from './use-class-deletion.tsx';

/** All classes of service, and the policies that name them. */
export function ClassesPage() {
  const answer = useApiQuery(classesQuery, {});
  const can = useCan();
  const [shown, setShown] = useState<{ readonly of: QosClass | null } | null>(null);
  const remove = useClassDeletion();
  const policies = answer.data?.policies ?? [];
  const namedBy = ({ name }: QosClass): readonly NamedPolicy[] =>
    policies.filter(({ action }) => action.qos_class === name);
  const menu: Column<QosClass> = {
    key: 'menu',
    title: '',
    cell: (each) => (
      <RowMenu
        name={each.name}
        onEdit={() => setShown({ of: each })}
        onDelete={() => void remove(each)}
        cannotDelete={each.is_default ? 'takes what is left' : namedBy(each).length > 0 ? 'policies name it' : null}
      />
    ),
    numeric: true,
  };
  return (
    <Page
      title="Classes of service"
      subtitle="Who gets what of a shaped uplink that is full"
      parent={{ label: 'Policies', path: '/policies' }}
      actions={
        can('Mutation.createQosClass') && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setShown({ of: null })}>
            Add a class
          </Button>
        )
      }
    >
      <Panel flush>
        <QueryView answer={answer}>
          {({ qosClasses }) => (
            <DataTable
              plain
              label="Classes of service"
              rows={qosClasses}
              columns={can('Mutation.updateQosClass') ? [...columns(namedBy), menu] : columns(namedBy)}
              rowKey={({ name }) => name}
              initialSort="priority"
            />
          )}
        </QueryView>
      </Panel>
      {shown !== null && <ClassDialog of={shown.of} onClose={() => setShown(null)} />}
    </Page>
  );
}

const columns = (namedBy: (of: QosClass) => readonly NamedPolicy[]): readonly Column<QosClass>[] => [
  {
    key: 'name',
    title: 'Class',
    value: ({ name }) => name,
    cell: ({ name, is_default: isDefault }) => (
      <span className={classes.together}>
        <strong>{name}</strong>
        {isDefault && ' (what is left)'}
      </span>
    ),
  },
  percent('guarantee', 'Guarantee', ({ guarantee_percent: share }) => share),
  { ...percent('ceiling', 'Ceiling', ({ ceiling_percent: share }) => share), wideOnly: true },
  {
    key: 'priority',
    title: 'Priority',
    value: ({ priority }) => priority,
    cell: ({ priority }) => priority,
    numeric: true,
  },
  {
    key: 'takes',
    title: 'Takes DSCP',
    cell: ({ trust_dscp: trusted }) => trusted.map(dscpName).join(', ') || unknownFigure,
    wideOnly: true,
  },
  {
    key: 'marks',
    title: 'Marks with',
    cell: ({ set_dscp: dscp }) => (dscp === null ? unknownFigure : dscpName(dscp)),
    wideOnly: true,
  },
  {
    key: 'policies',
    title: 'Named by',
    value: (each) => namedBy(each).length,
    cell: (each) => <PolicyLinks policies={namedBy(each)} />,
    wideOnly: true,
  },
];

function percent(key: string, title: string, share: (of: QosClass) => number): Column<QosClass> {
  return { key, title, value: share, cell: (each) => formatPercent(share(each)), numeric: true };
}
