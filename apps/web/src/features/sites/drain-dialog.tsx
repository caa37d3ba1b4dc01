import { Modal } from '@mantine/core';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { plural } from '../../shared/figures/format.ts';
import { Form } from '../../shared/parts/form.tsx';
import { showDone } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { inUse, outOfUse, OutOfUseFields } from '../paths/out-of-use-fields.tsx';
import { drainUplink, type Uplink } from './site-documents.ts';
import { usePathsOf, useUplinkActions } from './use-uplink-actions.tsx';

interface DrainDialogProps {
  readonly site: string;
  readonly uplink: Uplink;
  readonly onClose: () => void;
}

/** Moves traffic off every path from and to an uplink, in both directions; the message afterwards lets it be used again. */
export function DrainDialog({ site, uplink, onClose }: DrainDialogProps) {
  const own = usePathsOf(uplink);
  const { undrain } = useUplinkActions(uplink);
  const [drain] = useApiMutation(drainUplink);
  const form = useApiForm({
    initial: inUse,
    submit: (values) => drain({ id: uplink.id, ...outOfUse(values) }),
    onDone: ({ drainEndpoint: { message } }) => {
      onClose();
      showDone(message, undrain);
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Take ${uplink.label} of ${site} out of use?`}>
      <Form form={form} action="Take out of use" onCancel={onClose}>
        <p>
          All traffic leaves its {plural(own.length, 'path')} now, in both directions, as long as another path is
          usable. It stays measured.
        </p>
        <OutOfUseFields form={form} />
      </Form>
    </Modal>
  );
}
