import { useApiMutation } from '../../shared/api/use-api.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { createHostSet, deleteHostSet, type HostSet } from './host-set-documents.ts';

/** Deletes a host set after asking; the message afterwards makes it again. */
export function useHostSetDeletion(): (set: HostSet) => Promise<void> {
  const ask = useConfirm();
  const [remove] = useApiMutation(deleteHostSet);
  const [create] = useApiMutation(createHostSet);
  return async ({ id, version, name, description, members }) => {
    const children = <p>No policy names it, so no traffic changes its way.</p>;
    if (!(await ask({ title: `Delete ${name}?`, action: 'Delete', dangerous: true, children }))) return;
    const outcome = await remove({ id, version });
    if (!outcome.ok) return showError(outcome.error);
    showDone(`${name} was deleted.`, async () => {
      const back = await create({ input: { name, description, members } });
      if (!back.ok) showError(back.error);
    });
  };
}
