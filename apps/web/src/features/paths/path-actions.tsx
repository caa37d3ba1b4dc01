import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { formatMs, formatPercent } from '../../shared/figures/format.ts';
import { HealthBadge } from '../../shared/health/health.tsx';
import type { Path, PathHealth } from '../../shared/live/network-documents.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Form } from '../../shared/parts/form.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useApiForm } from '../../shared/parts/use-api-form.ts';
import { useCan } from '../../shared/services.tsx';
import { inUse, outOfUse, OutOfUseFields } from './out-of-use-fields.tsx';
import { checkPath, failoverPath, releasePath, type PathCheck } from './path-documents.ts';

/** What can be done with a path: probe it now, move traffic off it, let it be used again. */
export function PathActions({ path }: { path: Path }) {
  const can = useCan();
  const [check, setCheck] = useState<PathCheck | null>(null);
  const [moving, setMoving] = useState(false);
  const [probe, probing] = useApiMutation(checkPath);
  const [release, releasing] = useApiMutation(releasePath);
  if (!can('Mutation.checkPathHealth')) return null;
  const probeNow = async () => {
    const outcome = await probe({ path: path.id });
    if (outcome.ok) setCheck(outcome.data.checkPathHealth);
    else showError(outcome.error);
  };
  const letUse = async () => {
    const outcome = await release({ path: path.id });
    if (outcome.ok) showDone(outcome.data.releasePath.message);
    else showError(outcome.error);
  };
  return (
    <>
      <Button variant="default" onClick={() => void probeNow()} loading={probing}>
        Probe now
      </Button>
      {path.override === null ? (
        <Button variant="default" onClick={() => setMoving(true)}>
          Fail over …
        </Button>
      ) : (
        <Button onClick={() => void letUse()} loading={releasing}>
          Release
        </Button>
      )}
      {check !== null && <CheckDialog check={check} onClose={() => setCheck(null)} />}
      {moving && <FailoverDialog path={path} onClose={() => setMoving(false)} />}
    </>
  );
}

const CheckDialog = ({ check, onClose }: { check: PathCheck; onClose: () => void }) => (
  <Modal opened onClose={onClose} title="What the probes found">
    <Facts
      of={{
        State: <HealthBadge health={check.health_status as PathHealth} />,
        Why: check.cause,
        Answered: `${check.answered} of ${check.sent}`,
        Loss: formatPercent(check.loss),
        'Shortest round trip': formatMs(check.rtt_min),
        'Median round trip': formatMs(check.rtt_median),
      }}
    />
  </Modal>
);

function FailoverDialog({ path, onClose }: { path: Path; onClose: () => void }) {
  const [failover] = useApiMutation(failoverPath);
  const [release] = useApiMutation(releasePath);
  const form = useApiForm({
    initial: inUse,
    submit: (values) => failover({ path: path.id, ...outOfUse(values) }),
    onDone: ({ failoverPath: { message } }) => {
      onClose();
      showDone(message, () => release({ path: path.id }));
    },
  });
  return (
    <Modal opened onClose={onClose} title="Move traffic off this path?">
      <Form form={form} action="Fail over" onCancel={onClose}>
        <p>
          All traffic leaves it now, as long as anything else from {path.source_site} to {path.dest_site} is usable. It
          comes back when the path is released.
        </p>
        <OutOfUseFields form={form} />
      </Form>
    </Modal>
  );
}
