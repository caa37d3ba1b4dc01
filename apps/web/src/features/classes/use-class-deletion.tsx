import { useApiMutation } from '../../shared/api/use-api.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { createClass, deleteClass, type QosClass } from './class-documents.ts';

/** Deletes a class after asking; the message afterwards makes it again. */
export function useClassDeletion(): (of: QosClass) => Promise<void> {
  const ask = useConfirm();
  const [remove] = useApiMutation(deleteClass);
  const [create] = useApiMutation(createClass);
  return async ({ version, is_default: _isDefault, ...input }) => {
    const { name } = input;
    const children = <p>What its code points led to it waits in the default class from then on.</p>;
    if (!(await ask({ title: `Delete ${name}?`, action: 'Delete', dangerous: true, children }))) return;
    const outcome = await remove({ name, version });
    if (!outcome.ok) return showError(outcome.error);
    showDone(`${name} was deleted.`, async () => {
      const back = await create({ input });
      if (!back.ok) showError(back.error);
    });
  };
}
