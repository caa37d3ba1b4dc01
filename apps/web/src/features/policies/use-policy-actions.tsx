import { useNavigate } from '@tanstack/react-router';
import { useClient } from 'urql';
import { errorOfGraphql } from '../../shared/api/api-error.ts';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { deletePolicy, previewQuery, restorePolicy, updatePolicy, type Policy } from './policy-documents.ts';
import { PreviewView } from './preview-view.tsx';

type PolicyName = Pick<Policy, 'id' | 'name'>;

export interface PolicyActions {
  readonly setEnabled: (policy: PolicyName, enabled: boolean) => Promise<void>;
  /** Asks first, and tells whether it is deleted. */
  readonly remove: (policy: PolicyName) => Promise<boolean>;
  readonly duplicate: (policy: PolicyName) => void;
}

/** What can be done with a policy apart from writing it; all of it can be undone. */
export function usePolicyActions(): PolicyActions {
  const [update] = useApiMutation(updatePolicy);
  const navigate = useNavigate();
  const remove = usePolicyDeletion();
  const setEnabled = async ({ id, name }: PolicyName, enabled: boolean): Promise<void> => {
    const outcome = await update({ policy: id, input: { enabled } });
    if (!outcome.ok) return showError(outcome.error);
    const undo = async () => {
      const back = await update({ policy: id, input: { enabled: !enabled } });
      if (!back.ok) showError(back.error);
    };
    showDone(enabled ? `${name} is in force.` : `${name} is no longer in force.`, undo);
  };
  const duplicate = ({ id }: PolicyName) => void navigate({ to: '/policies/new', search: { copy: id } });
  return { setEnabled, remove, duplicate };
}

function usePolicyDeletion(): PolicyActions['remove'] {
  const client = useClient();
  const ask = useConfirm();
  const [remove] = useApiMutation(deletePolicy);
  const [restore] = useApiMutation(restorePolicy);
  return async ({ id, name }) => {
    const found = await client.query(previewQuery, { delete: [id] }, { requestPolicy: 'network-only' }).toPromise();
    if (found.data === undefined) {
      showError(errorOfGraphql(found.error!));
      return false;
    }
    const wanted = await ask({
      title: `Delete ${name}?`,
      action: 'Delete',
      dangerous: true,
      children: (
        <>
          <p>Traffic that it matched is then decided by the policies that come after it.</p>
          <PreviewView preview={found.data.previewPolicies} />
          <p>It can be restored for 30 days, with its counters.</p>
        </>
      ),
    });
    if (!wanted) return false;
    const outcome = await remove({ policy: id });
    if (!outcome.ok) {
      showError(outcome.error);
      return false;
    }
    showDone(`${name} was deleted.`, async () => {
      const back = await restore({ policy: id });
      if (!back.ok) showError(back.error);
    });
    return true;
  };
}
