import { Button, Checkbox, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { CopyField } from '../../shared/parts/copy-field.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { createApiKey } from './key-documents.ts';

/** What a key can be allowed, as docs/security.md has it. */
const scopes = [
  { value: 'network:read', label: 'Look at the network' },
  { value: 'network:write', label: 'Change sites, uplinks and policies' },
  { value: 'paths:operate', label: 'Check paths, take traffic off them' },
  { value: 'edges:write', label: 'Make enrolment keys, remove edges' },
  { value: 'audit:read', label: 'Read the audit log' },
  { value: 'users:read', label: 'Look at people and keys' },
  { value: 'users:write', label: 'Change people' },
  { value: 'system:write', label: 'Clear caches, rotate keys' },
];
const day = 86_400;
const terms = [
  { value: String(7 * day), label: 'A week' },
  { value: String(30 * day), label: '30 days' },
  { value: String(90 * day), label: '90 days' },
  { value: String(365 * day), label: 'A year' },
];

interface NewKey {
  readonly name: string;
  readonly scopes: string[];
  readonly expires_in_seconds: string;
}

/** Makes an API key, and shows it this once. `user`: whom it acts for; absent: whoever uses the page. */
export function NewApiKeyDialog({ user, onClose }: { user?: string; onClose: () => void }) {
  const [create] = useApiMutation(createApiKey);
  const [key, setKey] = useState<string | null>(null);
  const form = useApiForm({
    initial: { name: '', scopes: ['network:read'], expires_in_seconds: String(90 * day) },
    submit: ({ expires_in_seconds: term, ...input }: NewKey) =>
      create({ input: { ...input, expires_in_seconds: Number(term), ...(user === undefined ? {} : { user }) } }),
    onDone: (data) => setKey(data.createApiKey.key),
  });
  return (
    <Modal opened onClose={onClose} title={key === null ? 'Make an API key' : 'The key was made'}>
      {key === null ? (
        <Form form={form} action="Make the key" onCancel={onClose}>
          <TextInput label="What it is for" placeholder="Monitoring" data-autofocus {...form.text('name')} />
          <Checkbox.Group label="What it may do" {...form.field('scopes')}>
            <Stack gap={6} mt={6}>
              {scopes.map(({ value, label }) => (
                <Checkbox key={value} value={value} label={label} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Select
            label="How long it works"
            allowDeselect={false}
            data={terms}
            {...form.field('expires_in_seconds')}
            onChange={(term) => form.set({ expires_in_seconds: term ?? String(90 * day) })}
          />
        </Form>
      ) : (
        <>
          <p style={{ marginBottom: 8 }}>Copy it now: it is shown only this once.</p>
          <CopyField value={key} label="API key" />
          <Button fullWidth mt={16} onClick={onClose}>
            Done
          </Button>
        </>
      )}
    </Modal>
  );
}
