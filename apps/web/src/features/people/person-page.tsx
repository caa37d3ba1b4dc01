import { Button, Modal, Select, Switch, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { usePathParameter } from '../../shared/address/use-address.ts';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { Ago, Time } from '../../shared/figures/time.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { SignInNeeded } from '../../shared/parts/sign-in-needed.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { useCan, useSession } from '../../shared/services.tsx';
import { ApiKeysPanel } from '../keys/api-keys-panel.tsx';
import classes from '../account/account.module.css';
import { PasskeysPanel } from '../account/passkeys-panel.tsx';
import { SessionsPanel } from '../account/sessions-panel.tsx';
import { PasswordLinkView, type PasswordLink } from './password-link.tsx';
import { AccessState } from './people-page.tsx';
import {
  createPasswordLink,
  deleteUser,
  resetUserTotp,
  restoreUser,
  roles,
  updateUser,
  userQuery,
  type Person,
} from './people-documents.ts';

const parent = { label: 'People', path: '/people' };

/** One person: what they may do, how they sign in, where they are signed in. */
export function PersonPage() {
  const username = usePathParameter('user');
  const can = useCan();
  const allowed = can('Query.user', { others: true });
  const answer = useApiQuery(userQuery, { user: username }, { skip: !allowed });
  if (!allowed) return <SignInNeeded title={username} role="admin" purpose="What is known of others" />;
  const user = answer.data?.user;
  return (
    <Page
      title={user?.username ?? username}
      parent={parent}
      subtitle={user?.name}
      actions={user && <PersonActions user={user} />}
    >
      <QueryView answer={answer} height={320}>
        {({ user: person, identities }) => (
          <>
            <Panel>
              <Facts
                of={{
                  Access: <AccessState user={person} />,
                  Role: person.role,
                  'Second factor': person.totp ? 'authenticator app' : 'none',
                  'Signs in through': identities.map(({ issuer }) => issuer).join(', '),
                  'Last sign-in': <Ago at={person.last_sign_in_at} />,
                  Added: <Time at={person.created_at} />,
                }}
              />
            </Panel>
            <PersonForm key={JSON.stringify([person.name, person.role, person.enabled])} user={person} />
            <SessionsPanel user={person.username} />
            <PasskeysPanel user={person.username} />
            <ApiKeysPanel user={person.username} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

function PersonForm({ user }: { user: Person }) {
  const session = useSession();
  const [update] = useApiMutation(updateUser);
  const form = useApiForm({
    initial: { name: user.name, role: user.role, enabled: user.enabled },
    submit: (input: { name: string; role: string; enabled: boolean }) => update({ user: user.id, input }),
    onDone: () => showDone(`${user.username} was changed; it counts at once.`),
  });
  const isSelf = session.kind === 'signed-in' && session.user.id === user.id;
  return (
    <Panel title="What they may do">
      <div className={classes.narrow}>
        <Form form={form} action="Save">
          <TextInput label="Name" {...form.text('name')} />
          <Select
            label="Role"
            allowDeselect={false}
            data={roles}
            {...form.field('role')}
            onChange={(role) => form.set({ role: role ?? user.role })}
          />
          <Switch
            label="May sign in"
            description={isSelf ? 'This is you.' : 'Switched off, all sessions and keys of theirs end at once.'}
            checked={form.values.enabled}
            onChange={({ currentTarget }) => form.set({ enabled: currentTarget.checked })}
            error={form.errors['enabled']}
          />
        </Form>
      </div>
    </Panel>
  );
}

function PersonActions({ user }: { user: Person }) {
  const ask = useConfirm();
  const navigate = useNavigate();
  const [makeLink, making] = useApiMutation(createPasswordLink);
  const [resetTotp] = useApiMutation(resetUserTotp);
  const [remove] = useApiMutation(deleteUser);
  const [restore] = useApiMutation(restoreUser);
  const [link, setLink] = useState<PasswordLink | null>(null);
  const newLink = async () => {
    const outcome = await makeLink({ user: user.id });
    if (outcome.ok) setLink(outcome.data.createPasswordLink);
    else showError(outcome.error);
  };
  const reset = async () => {
    const children = <p>Their authenticator app and recovery codes work no more; they sign in by password alone.</p>;
    const title = `Take the second factor of ${user.username} away?`;
    if (!(await ask({ title, children, action: 'Take away', dangerous: true }))) return;
    const outcome = await resetTotp({ user: user.id });
    if (outcome.ok) showDone(`${outcome.data.resetUserTotp.message}.`);
    else showError(outcome.error);
  };
  const drop = async () => {
    const children = <p>Their sessions, API keys and passkeys end at once. They can be restored for 30 days.</p>;
    if (!(await ask({ title: `Delete ${user.username}?`, children, action: 'Delete', dangerous: true }))) return;
    const outcome = await remove({ user: user.id });
    if (!outcome.ok) return showError(outcome.error);
    void navigate({ to: '/people' });
    showDone(`${user.username} was deleted.`, async () => {
      const back = await restore({ user: user.id });
      if (!back.ok) showError(back.error);
    });
  };
  return (
    <>
      <Button variant="default" loading={making} onClick={() => void newLink()}>
        New password link
      </Button>
      {user.totp && (
        <Button variant="default" onClick={() => void reset()}>
          Reset second factor
        </Button>
      )}
      <Button variant="default" c="var(--down)" onClick={() => void drop()}>
        Delete
      </Button>
      {link !== null && (
        <Modal opened onClose={() => setLink(null)} title="A new password">
          <PasswordLinkView link={link} />
        </Modal>
      )}
    </>
  );
}
