import { Button } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { dscpText } from '../policies/describe-policy.ts';
import {
  applicationQuery,
  createApplication,
  deleteApplication,
  policiesNaming,
  type Application,
} from './application-documents.ts';
import { inputOf } from './application-values.ts';
import classes from './application-page.module.css';
import { portText } from './signature-text.ts';

const parent = { label: 'Applications', path: '/applications' };

/** One application: how its flows are recognised, and which policies mean it. */
export function ApplicationPage() {
  const answer = useApiQuery(applicationQuery, { application: usePathParameter('application') });
  const application = answer.data?.application;
  return (
    <Page
      title={application?.title ?? 'Application'}
      parent={parent}
      subtitle={application?.description}
      actions={application?.custom === true && <Actions application={application} />}
    >
      <QueryView answer={answer}>
        {({ application: found, policies }) => (
          <>
            <Panel>
              <Facts
                of={{
                  'Name in policies': <code>{found.name}</code>,
                  Category: (
                    <Link to="/applications" search={{ category: found.category }}>
                      {found.category}
                    </Link>
                  ),
                  'Usual DSCP': found.dscp === null ? null : dscpText(found.dscp),
                  From: found.custom ? 'you' : 'the catalogue of Patronus',
                  Policies:
                    policiesNaming(policies, found).length === 0
                      ? 'no policy names it'
                      : policiesNaming(policies, found).map(({ id, name }, place) => (
                          <span key={id}>
                            {place > 0 && ', '}
                            <Link to={`/policies/${id}`}>{name}</Link>
                          </span>
                        )),
                }}
              />
            </Panel>
            <Signatures application={found} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

const Signatures = ({ application: { signatures } }: { application: Application }) => (
  <Panel title={signatures.length === 1 ? 'Recognised by' : 'Recognised by any of these'} flush>
    <ol className={classes.signatures}>
      {signatures.map(({ domains, prefixes, ports }, index) => (
        <li key={index}>
          <dl>
            <Values name="Names of servers" of={domains} />
            <Values name="Addresses of servers" of={prefixes} />
            <Values name="Ports" of={ports.length > 0 ? ports.map(portText) : ['any']} />
          </dl>
        </li>
      ))}
    </ol>
  </Panel>
);

const Values = ({ name, of }: { name: string; of: readonly string[] }) =>
  of.length > 0 && (
    <>
      <dt>{name}</dt>
      <dd>
        {of.map((value) => (
          <code key={value}>{value}</code>
        ))}
      </dd>
    </>
  );

function Actions({ application }: { application: Application }) {
  const can = useCan();
  const ask = useConfirm();
  const navigate = useNavigate();
  const [remove] = useApiMutation(deleteApplication);
  const [create] = useApiMutation(createApplication);
  if (!can('Mutation.updateApplication')) return null;
  const { title, name } = application;
  const onDelete = async () => {
    const wanted = await ask({
      title: `Delete ${title}?`,
      action: 'Delete',
      dangerous: true,
      children: 'Policies can no longer name it. The message that follows can bring it back.',
    });
    if (!wanted) return;
    const outcome = await remove({ application: name });
    if (!outcome.ok) return showError(outcome.error);
    void navigate({ to: parent.path });
    showDone(`${title} was deleted.`, async () => {
      const back = await create({ input: inputOf(application) });
      if (!back.ok) showError(back.error);
    });
  };
  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => void onDelete()}>
        Delete
      </Button>
      <Button
        leftSection={<IconPencil size={16} />}
        onClick={() => void navigate({ to: `/applications/${name}/edit` })}
      >
        Edit
      </Button>
    </>
  );
}
