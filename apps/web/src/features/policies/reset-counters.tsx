import { Button } from '@mantine/core';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { formatBytes } from '../../shared/figures/format.ts';
import { useConfirm } from '../../shared/parts/confirm.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { resetPolicyStats, type Policy } from './policy-documents.ts';

/** Lets the counters of a policy begin anew; it cannot be taken back, so it is asked first. */
export function ResetCounters({ policy }: { policy: Policy }) {
  const can = useCan();
  const ask = useConfirm();
  const [reset, busy] = useApiMutation(resetPolicyStats);
  if (!can('Mutation.resetPolicyStats')) return null;
  const onClick = async () => {
    const wanted = await ask({
      title: `Reset the counters of ${policy.name}?`,
      action: 'Reset',
      dangerous: true,
      children: (
        <p>
          {formatBytes(policy.bytes_matched)} that were counted are forgotten; curves keep what they show. It cannot be
          undone.
        </p>
      ),
    });
    if (!wanted) return;
    const outcome = await reset({ policy: policy.id });
    if (outcome.ok) showDone(`The counters of ${policy.name} begin anew.`);
    else showError(outcome.error);
  };
  return (
    <Button variant="subtle" size="compact-xs" loading={busy} onClick={() => void onClick()}>
      Reset counters
    </Button>
  );
}
