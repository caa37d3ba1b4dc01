import { Button } from '@mantine/core';
import { useState } from 'react';
import { useApiMutation, useApiQuery } from '../../shared/api/use-api.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { QueryView } from '../../shared/parts/query-view.tsx';
import { showDone, showError } from '../../shared/parts/toasts.ts';
import { useCan } from '../../shared/services.tsx';
import { EventList } from '../events/event-list.tsx';
import { Legend } from '../topology/legend.tsx';
import type { Choice } from '../topology/network-drawing.tsx';
import { NetworkGraph } from '../topology/network-graph.tsx';
import { usePathRates } from '../topology/use-path-rates.ts';
import { healLine, labQuery } from './lab-documents.ts';
import classes from './lab-page.module.css';
import { LabLines } from './lab-lines.tsx';
import { Scenarios } from './scenarios.tsx';

/** While a scenario runs its steps follow each other within seconds. */
const everyMs = 2000;

/** The lines of the lab and what can be done to them, beside the network that must live with it. */
export function LabPage() {
  const answer = useApiQuery(labQuery, {}, { everyMs });
  const can = useCan();
  const [heal, healing] = useApiMutation(healLine);
  const lab = answer.data?.lab;
  const isFaulty = lab?.lines.some((line) => line.impaired || line.carrier_down || line.blackout.length > 0) ?? false;
  const healAll = async () => {
    const outcome = await heal({ site: null, endpoint: null });
    if (outcome.ok) showDone('Every line is as the topology says.');
    else showError(outcome.error);
    answer.refresh();
  };
  return (
    <Page
      title="Lab"
      subtitle="Sites in network namespaces of this machine: break a line and watch what Patronus does"
      actions={
        can('Mutation.labHeal') && (
          <Button variant="default" disabled={!isFaulty} loading={healing} onClick={() => void healAll()}>
            Mend every line
          </Button>
        )
      }
    >
      <QueryView answer={answer} height={300}>
        {({ lab: running }) =>
          running === null ? (
            <Panel>
              <EmptyState title="No lab runs beside this controller">
                <code>npm start</code>, or <code>npx patronus lab up</code>, brings one up.
              </EmptyState>
            </Panel>
          ) : (
            <div className={classes.columns}>
              <div className={classes.left}>
                <LabLines lines={running.lines} onChanged={answer.refresh} />
                <Scenarios names={running.scenarios} run={running.run} onChanged={answer.refresh} />
              </div>
              <Watch />
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}

/** Events in view. */
const shownEvents = 8;

function Watch() {
  const { sites, paths, events } = useNetwork();
  const rate = usePathRates();
  const [choice, setChoice] = useState<Choice>(null);
  return (
    <div className={classes.left}>
      <Panel title="The network meanwhile" flush>
        <NetworkGraph sites={sites} paths={paths} rate={rate} choice={choice} onChoose={setChoice} />
        <div className={classes.legend}>
          <Legend />
        </div>
      </Panel>
      <Panel title="Latest events" flush>
        <EventList events={events.slice(0, shownEvents)} />
      </Panel>
    </div>
  );
}
