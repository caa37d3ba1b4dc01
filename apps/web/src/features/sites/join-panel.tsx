import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ApiError } from '../../shared/api/api-error.ts';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Time } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { useNetwork } from '../../shared/live/use-network.ts';
import { CopyField } from '../../shared/parts/copy-field.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { useCan } from '../../shared/services.tsx';
import classes from './join-panel.module.css';
import { createKey } from './site-documents.ts';
import { sitePath } from './site-path.ts';

interface JoinKey {
  readonly key: string | null;
  readonly edge_url: string | null;
  readonly expires_at: number;
}

/** The command by which an edge joins a site, and what is known of it meanwhile: it turns green by itself. */
export function JoinPanel({ site }: { site: string }) {
  const can = useCan();
  const [key, setKey] = useState<JoinKey | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [create, busy] = useApiMutation(createKey);
  const make = async () => {
    const outcome = await create({ input: { site } });
    if (outcome.ok) setKey(outcome.data.createEnrolmentKey);
    else setProblem(outcome.error);
  };
  return (
    <Panel title="Join an edge">
      <div className={classes.join}>
        {can('Mutation.createEnrolmentKey') ? (
          <>
            {key === null && (
              <Button onClick={() => void make()} loading={busy} className={classes.button}>
                Show the command
              </Button>
            )}
            {key !== null && <Commands joinKey={key} />}
            {problem !== null && <p role="alert">{problem.message}</p>}
          </>
        ) : (
          <p>
            An administrator gets the command: it holds a key. On the command line:{' '}
            <code>npx patronus enrolment-keys create {site}</code>
          </p>
        )}
        <Progress site={site} />
      </div>
    </Panel>
  );
}

const Commands = ({ joinKey: { key, edge_url: url, expires_at: expires } }: { joinKey: JoinKey }) => (
  <>
    <p>
      On the machine that becomes the edge, as root. The key is good once, until <Time at={expires} />, and is shown
      only now.
    </p>
    <CopyField label="the command to join" value={`patronus edge join ${url} ${key}`} />
    <CopyField label="the command to run the edge" value="patronus edge run" />
  </>
);

function Progress({ site: name }: { site: string }) {
  const { sites, paths } = useNetwork();
  const site = sites.find((each) => each.name === name);
  const online = site?.status === 'online';
  const applied = online && site.config.status === 'applied';
  const own = [...paths.values()].filter((path) => path.source_site === name);
  const up = own.filter((path) => path.health_status === 'up').length;
  const steps = [
    { done: online, text: online ? 'The edge is on the line' : 'Waiting for the edge' },
    { done: applied, text: applied ? 'Its configuration is in force' : 'Configuration' },
    { done: up > 0, text: own.length === 0 ? 'Paths: it is the only site so far' : `${up} of ${own.length} paths up` },
  ];
  return (
    <ol className={classes.steps} aria-live="polite">
      {steps.map(({ done, text }) => (
        <li key={text}>
          <HealthBadge health={done ? 'up' : 'unknown'} word={text} />
        </li>
      ))}
      {online && (
        <li>
          <Link to={sitePath(name)}>See the site</Link>
        </li>
      )}
    </ol>
  );
}
