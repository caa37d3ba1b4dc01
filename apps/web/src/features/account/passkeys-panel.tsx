import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { asApiError } from '../../shared/api/api-error.ts';
import { useApiMutation, useApiQuery, type Outcome } from '../../shared/api/use-api.ts';
import { Ago, Time } from '../../shared/figures/time.tsx';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { DataTable, type Column } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { passkeysWork } from '../sign-in/passkey.ts';
import { addPasskey, beginPasskey, deletePasskey, passkeysQuery, type Passkey } from './account-documents.ts';
import classes from './account.module.css';
import { makePasskey } from './new-passkey.ts';

interface PasskeysPanelProps {
  /** Whose; absent: those of whoever uses the page. */
  readonly user?: string;
  /** Whether one may be added here. */
  readonly own?: boolean;
}

/** Passkeys: what opens the account without a password. */
export function PasskeysPanel({ user, own = false }: PasskeysPanelProps) {
  const answer = useApiQuery(passkeysQuery, user === undefined ? {} : { user });
  const [adding, setAdding] = useState(false);
  const add = own && !adding && passkeysWork() && (
    <Button size="xs" onClick={() => setAdding(true)}>
      Add a passkey
    </Button>
  );
  return (
    <Panel title="Passkeys" aside={add} flush={!adding}>
      {adding ? (
        <NewPasskeyForm onClose={() => setAdding(false)} />
      ) : (
        <QueryView answer={answer} height={90}>
          {({ passkeys }) => (
            <DataTable
              plain
              name="passkey-"
              label="Passkeys"
              rows={passkeys}
              columns={columns}
              rowKey={({ id }) => id}
              empty={<EmptyState title="No passkeys">{whyNone(own)}</EmptyState>}
            />
          )}
        </QueryView>
      )}
    </Panel>
  );
}

function whyNone(own: boolean): string | undefined {
  if (!own) return undefined;
  if (passkeysWork()) return 'A passkey in this device, a phone or a security key signs you in without a password.';
  return 'They need a page over HTTPS, or on the controller’s own machine, and a browser that knows them.';
}

const columns: readonly Column<Passkey>[] = [
  { key: 'name', title: 'In', value: ({ name }) => name, cell: ({ name }) => <strong>{name}</strong> },
  { key: 'host', title: 'Opens', cell: ({ host }) => host, wideOnly: true },
  { key: 'added', title: 'Added', cell: ({ created_at: at }) => <Time at={at} />, wideOnly: true },
  { key: 'used', title: 'Last used', cell: ({ last_used_at: at }) => <Ago at={at} /> },
  { key: 'remove', title: '', cell: (passkey) => <RemoveButton passkey={passkey} />, numeric: true },
];

function RemoveButton({ passkey }: { passkey: Passkey }) {
  const ask = useConfirm();
  const [remove, busy] = useApiMutation(deletePasskey);
  const run = async () => {
    const children = <p>It signs nobody in any more. It can be added again.</p>;
    if (!(await ask({ title: `Remove ${passkey.name}?`, children, action: 'Remove', dangerous: true }))) return;
    const outcome = await remove({ passkey: passkey.id });
    if (outcome.ok) showDone(`${passkey.name} was removed.`);
    else showError(outcome.error);
  };
  return (
    <Button size="compact-xs" variant="default" loading={busy} onClick={() => void run()}>
      Remove
    </Button>
  );
}

interface NewPasskey {
  readonly name: string;
  readonly password: string;
}

function NewPasskeyForm({ onClose }: { onClose: () => void }) {
  const [begin] = useApiMutation(beginPasskey);
  const [add] = useApiMutation(addPasskey);
  const submit = async ({ name, password }: NewPasskey): Promise<Outcome<unknown>> => {
    const begun = await begin({ password });
    if (!begun.ok) return begun;
    try {
      return await add({ input: await makePasskey(begun.data.beginPasskey, name) });
    } catch (thrown) {
      return { ok: false, error: asApiError(thrown) };
    }
  };
  const form = useApiForm({
    initial: { name: '', password: '' },
    submit,
    onDone: () => {
      showDone('The passkey was added.');
      onClose();
    },
  });
  return (
    <div className={classes.narrow}>
      <Form form={form} action="Add the passkey" onCancel={onClose}>
        <TextInput label="Which device it is in" placeholder="Laptop" autoFocus {...form.text('name')} />
        <PasswordInput label="Your password" autoComplete="current-password" {...form.text('password')} />
      </Form>
    </div>
  );
}
