import { Button, Loader, Select } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation } from '../../shared/api/use-api.ts';
import { Ago } from '../../shared/figures/time.tsx';
import { HealthBadge } from '../../shared/health/health.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { runScenario, type LabRun } from './lab-documents.ts';
import classes from './lab-page.module.css';

interface ScenariosProps {
  readonly names: readonly string[];
  readonly run: LabRun | null;
  readonly onChanged: () => void;
}

/** Stories of what can go wrong, with what must hold meanwhile: start one and watch it. */
export function Scenarios({ names, run, onChanged }: ScenariosProps) {
  const can = useCan();
  const [chosen, setChosen] = useState<string | null>(null);
  const [start, starting] = useApiMutation(runScenario);
  const begin = async () => {
    const outcome = await start({ scenario: chosen! });
    if (!outcome.ok) showError(outcome.error);
    onChanged();
  };
  return (
    <Panel title="Scenarios">
      <div className={classes.scenarios}>
        {can('Mutation.labRun') && (
          <div className={classes.start}>
            <Select
              label="What shall happen"
              placeholder="Choose a scenario"
              data={[...names]}
              value={chosen}
              onChange={setChosen}
              searchable
            />
            <Button disabled={chosen === null || run?.holds === null} loading={starting} onClick={() => void begin()}>
              Run
            </Button>
          </div>
        )}
        {run === null ? <p>None was run since the lab came up.</p> : <Run run={run} />}
      </div>
    </Panel>
  );
}

const Run = ({ run: { scenario, started_at: startedAt, step, holds, failures } }: { run: LabRun }) => (
  <div role="status">
    <p>
      <strong>{scenario}</strong>, begun <Ago at={startedAt} />{' '}
      {holds === null ? (
        <Loader size={14} />
      ) : (
        <HealthBadge health={holds ? 'up' : 'down'} word={holds ? 'it holds' : 'it does not hold'} />
      )}
    </p>
    <p>{step}</p>
    {failures.map((failure) => (
      <p key={failure}>{failure}</p>
    ))}
  </div>
);
