import { Badge, Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useAddress } from '../../shared/address/use-address.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { useCan } from '../../shared/services.tsx';
import { applicationsQuery, type Application } from './application-documents.ts';
import classes from './application-page.module.css';
import { signatureText } from './signature-text.ts';

/** The catalogue: what policies may name, and how its flows are recognised. */
export function ApplicationListPage() {
  const answer = useApiQuery(applicationsQuery, {});
  const can = useCan();
  const navigate = useNavigate();
  const [category, setCategory] = useAddress('category', '', { push: true });
  const all = answer.data?.applications ?? [];
  const categories = [...new Set(all.map((application) => application.category))].toSorted();
  const tools = (
    <Select
      size="xs"
      aria-label="Category"
      placeholder="All categories"
      data={categories}
      value={category === '' ? null : category}
      onChange={(chosen) => setCategory(chosen ?? '')}
      clearable
    />
  );
  return (
    <Page
      title="Applications"
      subtitle="What policies may name, recognised by the names of servers, their addresses and ports"
      actions={
        can('Mutation.createApplication') && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => void navigate({ to: '/applications/new' })}>
            Add an application
          </Button>
        )
      }
    >
      <Panel flush>
        <QueryView answer={answer}>
          {({ applications }) => (
            <DataTable
              label="Applications"
              rows={applications.filter((each) => category === '' || each.category === category)}
              columns={columns}
              rowKey={({ id }) => id}
              path={({ name }) => `/applications/${name}`}
              initialSort="title"
              tools={tools}
            />
          )}
        </QueryView>
      </Panel>
    </Page>
  );
}

const signaturesText = ({ signatures }: Application): string =>
  signatures.slice(0, 2).map(signatureText).join('; ') +
  (signatures.length > 2 ? `; ${signatures.length - 2} other ways` : '');

const columns: readonly Column<Application>[] = [
  {
    key: 'title',
    title: 'Application',
    value: ({ title }) => title,
    cell: ({ title, custom }) => (
      <>
        <strong>{title}</strong>
        {custom && (
          <Badge size="xs" variant="light" ml={8}>
            yours
          </Badge>
        )}
      </>
    ),
  },
  {
    key: 'name',
    title: 'Name in policies',
    value: ({ name }) => name,
    cell: ({ name }) => <code className={classes.nowrap}>{name}</code>,
  },
  {
    key: 'category',
    title: 'Category',
    value: ({ category }) => category,
    cell: ({ category }) => <span className={classes.together}>{category}</span>,
    wideOnly: true,
  },
  {
    key: 'signatures',
    title: 'Recognised by',
    value: ({ signatures }) => signatures.map(({ domains, prefixes }) => [...domains, ...prefixes].join(' ')).join(' '),
    cell: signaturesText,
    wideOnly: true,
  },
];
