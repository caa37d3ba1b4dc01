import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { PasswordLinkView, type PasswordLink } from './password-link.tsx';
import { createPasswordLink, createUser, roles } from './people-documents.ts';

/** Adds a person, and shows the one-time link by which they choose their password. */
export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const [create] = useApiMutation(createUser);
  const [makeLink] = useApiMutation(createPasswordLink);
  const [link, setLink] = useState<PasswordLink | null>(null);
  const form = useApiForm({
    initial: { username: '', name: '', role: 'viewer' },
    submit: async (input: { username: string; name: string; role: string }) => {
      const made = await create({ input });
      return made.ok ? makeLink({ user: made.data.createUser.id }) : made;
    },
    onDone: (data) => setLink(data.createPasswordLink),
  });
  return (
    <Modal opened onClose={onClose} title={link === null ? 'Add a person' : `${link.username} was added`}>
      {link === null ? (
        <Form form={form} action="Add" onCancel={onClose}>
          <TextInput
            label="Signs in as"
            description="Letters, digits and . _ @ -"
            data-autofocus
            {...form.text('username')}
          />
          <TextInput label="Name" description="What people call them" {...form.text('name')} />
          <Select
            label="Role"
            allowDeselect={false}
            data={roles}
            {...form.field('role')}
            onChange={(role) => form.set({ role: role ?? 'viewer' })}
          />
        </Form>
      ) : (
        <>
          <PasswordLinkView link={link} />
          <Button fullWidth mt={16} onClick={onClose}>
            Done
          </Button>
        </>
      )}
    </Modal>
  );
}
