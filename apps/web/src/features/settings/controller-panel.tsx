import { useEffect, useState } from 'react';
import { asApiError } from '../../shared/api/api-error.ts';
import { rest } from '../../shared/api/rest.ts';
import { HealthBadge } from '../../shared/health/health.tsx';
import { useIsLive } from '../../shared/live/use-network.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import classes from './settings.module.css';

interface Ready {
  readonly status: 'ready' | 'not_ready';
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

/** How often a controller's own health is asked for. */
const everyMs = 10_000;

/** Whether the controller can do its work, and why not. */
export function ControllerPanel() {
  const ready = useReady();
  return (
    <Panel title="Controller">
      <Facts
        of={{
          Address: location.host,
          State: ready === null ? '…' : <HealthBadge {...shown(ready)} />,
          Connection: location.protocol === 'https:' ? 'encrypted' : 'not encrypted',
        }}
      />
      {ready !== null && ready.reasons.length > 0 && (
        <ul className={classes.reasons}>
          {ready.reasons.map(({ code, message }) => (
            <li key={code}>{message}</li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const shown = ({ status }: Ready) =>
  status === 'ready'
    ? ({ health: 'up', word: 'ready' } as const)
    : ({ health: 'down', word: 'cannot do its work' } as const);

function useReady(): Ready | null {
  const [ready, setReady] = useState<Ready | null>(null);
  const live = useIsLive();
  useEffect(() => {
    const ask = () =>
      rest<Ready>('GET', '/health/ready')
        .catch((thrown: unknown): Ready => {
          const { code, message } = asApiError(thrown);
          return { status: 'not_ready', reasons: [{ code, message }] };
        })
        .then(setReady);
    void ask();
    const timer = setInterval(() => void ask(), everyMs);
    return () => clearInterval(timer);
  }, [live]);
  return ready;
}
