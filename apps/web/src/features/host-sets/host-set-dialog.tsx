import { Modal, TagsInput, TextInput } from '@mantine/core';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Form } from '../../shared/parts/form.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { createHostSet, updateHostSet, type HostSet } from './host-set-documents.ts';

interface HostSetDialogProps {
  /** Null: a new one. */
  readonly set: HostSet | null;
  readonly onClose: () => void;
}

/** Adds or changes a host set; what somebody else changed meanwhile is not overwritten. */
export function HostSetDialog({ set, onClose }: HostSetDialogProps) {
  const [create] = useApiMutation(createHostSet);
  const [update] = useApiMutation(updateHostSet);
  const form = useApiForm<{ name: string; description: string; members: string[] }, unknown>({
    initial: { name: set?.name ?? '', description: set?.description ?? '', members: [...(set?.members ?? [])] },
    submit: (input) => (set === null ? create({ input }) : update({ id: set.id, version: set.version, input })),
    onDone: () => {
      onClose();
      showDone(`${form.values.name} is saved.`);
    },
  });
  return (
    <Modal opened onClose={onClose} title={set === null ? 'Add a host set' : `Edit ${set.name}`}>
      <Form form={form} action={set === null ? 'Add' : 'Save'} onCancel={onClose}>
        <TextInput label="Name" placeholder="printers" data-autofocus {...form.text('name')} />
        <TextInput label="Description" {...form.text('description')} />
        <TagsInput
          label="Prefixes and addresses"
          description="Enter or a comma ends one"
          placeholder={form.values.members.length === 0 ? '10.1.0.32/28' : ''}
          splitChars={[',', ' ', '\n']}
          {...form.field('members')}
        />
      </Form>
    </Modal>
  );
}
