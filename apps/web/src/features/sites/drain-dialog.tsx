import { Modal, Select, TextInput } from '@mantine/core';
import { useApiMutation, type Outcome } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { Form } from '../../shared/parts/form.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { failoverDurations } from '../paths/path-actions.tsx';
import { failoverPath } from '../paths/path-documents.ts';
import type { Uplink } from './site-documents.ts';
import { usePathsOf, useUplinkActions } from './use-uplink-actions.tsx';

interface DrainDialogProps {
  readonly site: string;
  readonly uplink: Uplink;
  readonly onClose: () => void;
}

/** Moves traffic off every path from and to an uplink, in both directions; the message afterwards lets it be used again. */
export function DrainDialog({ site, uplink, onClose }: DrainDialogProps) {
  const own = usePathsOf(uplink);
  const { undrain } = useUplinkActions(site, uplink);
  const [failover] = useApiMutation(failoverPath);
  const drain = async (reason: string, seconds: string): Promise<Outcome<number>> => {
    for (const path of own) {
      const outcome = await failover({
        path: path.id,
        reason,
        expires_in_seconds: seconds === '' ? null : Number(seconds),
      });
      if (!outcome.ok) return outcome;
    }
    return { ok: true, data: own.length };
  };
  const form = useApiForm({
    initial: { reason: '', expires_in_seconds: '' },
    submit: ({ reason, expires_in_seconds: seconds }) => drain(reason, seconds),
    onDone: (count) => {
      onClose();
      showDone(`${plural(count, 'path')} of ${uplink.label} are out of use.`, undrain);
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Take ${uplink.label} of ${site} out of use?`}>
      <Form form={form} action="Take out of use" onCancel={onClose}>
        <p>
          All traffic leaves its {plural(own.length, 'path')} now, in both directions, as long as another path is
          usable. It stays measured.
        </p>
        <TextInput label="Why" placeholder="line is rebuilt" data-autofocus {...form.text('reason')} />
        <Select
          label="For how long"
          data={failoverDurations}
          allowDeselect={false}
          {...form.field('expires_in_seconds')}
          onChange={(value) => form.set({ expires_in_seconds: value ?? '' })}
        />
      </Form>
    </Modal>
  );
}
