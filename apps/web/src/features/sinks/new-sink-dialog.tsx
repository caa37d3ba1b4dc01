import { Button, Modal, PasswordInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { VariablesOf } from '../../shared/api/graphql.ts';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { CopyField } from '../../shared/parts/copy-field.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { useApiForm, type ApiForm } from '../../shared/parts/use-api-form.ts';
import { createSink } from './sink-documents.ts';

type Kind = 'webhook' | 'syslog' | 'email';
type Input = VariablesOf<typeof createSink>['input'];

const blank = {
  name: '',
  kind: 'webhook' as Kind,
  severities: 'warning,error',
  url: '',
  from: '',
  to: '',
  username: '',
  password: '',
};
type NewSink = typeof blank;

const which = [
  { value: 'warning,error', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
  { value: '', label: 'All events' },
];
const places: Readonly<Record<Kind, { readonly label: string; readonly placeholder: string }>> = {
  webhook: { label: 'Address', placeholder: 'https://hooks.example.com/…' },
  syslog: { label: 'Log collector', placeholder: 'tls://logs.example.com:6514' },
  email: { label: 'Mail server', placeholder: 'smtp://mail.example.com:587' },
};

/** Adds a place that events are sent to; the key by which a webhook is signed is shown this once. */
export function NewSinkDialog({ onClose }: { onClose: () => void }) {
  const [create] = useApiMutation(createSink);
  const [secret, setSecret] = useState<string | null>(null);
  const form = useApiForm({
    initial: blank,
    submit: (values: NewSink) => create({ input: inputOf(values) }),
    onDone: (data) => (data.createEventSink.secret === null ? onClose() : setSecret(data.createEventSink.secret)),
  });
  return (
    <Modal opened onClose={onClose} title={secret === null ? 'Add a sink' : 'The sink was added'}>
      {secret === null ? (
        <Form form={form} action="Add the sink" onCancel={onClose}>
          <SinkFields form={form} />
        </Form>
      ) : (
        <>
          <SecretView secret={secret} />
          <Button fullWidth mt={16} onClick={onClose}>
            Done
          </Button>
        </>
      )}
    </Modal>
  );
}

function SinkFields({ form }: { form: ApiForm<NewSink> }) {
  const { kind } = form.values;
  const problem = (field: string) => form.errors[field];
  return (
    <>
      <SegmentedControl
        fullWidth
        aria-label="Kind"
        value={kind}
        onChange={(next) => form.set({ kind: next })}
        data={[
          { value: 'webhook', label: 'Webhook' },
          { value: 'syslog', label: 'Syslog' },
          { value: 'email', label: 'Mail' },
        ]}
      />
      <TextInput label="Name" placeholder="Network team" data-autofocus {...form.text('name')} />
      <TextInput {...places[kind]} {...form.text('url')} error={problem('url')} />
      {kind === 'email' && (
        <>
          <TextInput label="From" placeholder="patronus@example.com" {...form.text('from')} />
          <TextInput label="To" description="Addresses, separated by commas" {...form.text('to')} />
          <TextInput label="Name at the mail server" description="Where it asks for one" {...form.text('username')} />
          <PasswordInput label="Password at the mail server" autoComplete="off" {...form.text('password')} />
        </>
      )}
      <Select
        label="Which events"
        allowDeselect={false}
        data={which}
        value={form.values.severities}
        onChange={(severities) => form.set({ severities: severities ?? '' })}
      />
    </>
  );
}

/** The key that signs what a webhook gets (HMAC). */
export const SecretView = ({ secret }: { secret: string }) => (
  <div>
    <p style={{ marginBottom: 8 }}>
      With this key the receiver checks that what it gets came from here. It is shown only this once.
    </p>
    <CopyField value={secret} label="signing key" />
  </div>
);

function inputOf({ name, kind, severities, url, from, to, username, password }: NewSink): Input {
  const filter = severities === '' ? {} : { filter: { severities: severities.split(',') } };
  if (kind === 'webhook') return { name, ...filter, webhook: { url } };
  if (kind === 'syslog') return { name, ...filter, syslog: { url } };
  const account = username === '' && password === '' ? {} : { username, password };
  return { name, ...filter, email: { url, from, to: to.split(/[\s,]+/).filter(Boolean), ...account } };
}
