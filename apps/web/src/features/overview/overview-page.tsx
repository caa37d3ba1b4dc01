import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useNetwork } from '../../shared/live/use-network.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Page } from '../../shared/parts/page.tsx';
import { Panel } from '../../shared/parts/panel.tsx';
import { useCan } from '../../shared/services.tsx';
import { EventList } from '../events/event-list.tsx';
import { Legend } from '../topology/legend.tsx';
import type { Choice } from '../topology/network-drawing.tsx';
import { NetworkGraph } from '../topology/network-graph.tsx';
import { usePathRates } from '../topology/use-path-rates.ts';
import { Counts } from './counts.tsx';
import classes from './overview-page.module.css';
import { Troubles } from './troubles.tsx';

/** Events in view; the rest is on their page. */
const shownEvents = 5;

/** Is everything well; if not, what, since when, why, and what Patronus did. */
export function OverviewPage() {
  const { sites, paths, events, loaded } = useNetwork();
  const rate = usePathRates();
  const navigate = useNavigate();
  const onChoose = useCallback(
    (choice: Choice) => {
      if (choice !== null) void navigate({ to: '/topology', search: { chosen: `${choice.type}:${choice.id}` } });
    },
    [navigate],
  );
  if (loaded && sites.length === 0) return <FirstSite />;
  return (
    <Page title="Overview">
      <Counts />
      <Troubles />
      <div className={classes.columns}>
        <Panel title="Topology" aside={<Link to="/topology">Open</Link>} flush>
          <NetworkGraph sites={sites} paths={paths} rate={rate} choice={null} onChoose={onChoose} />
          <div className={classes.legend}>
            <Legend />
          </div>
        </Panel>
        <Panel title="Latest events" aside={<Link to="/events">All</Link>} flush>
          <EventList events={events.slice(0, shownEvents)} />
        </Panel>
      </div>
    </Page>
  );
}

const FirstSite = () => (
  <Page title="Overview">
    <Panel>
      <EmptyState title="Add your first site" action={<FirstStep />}>
        You get a command; run on a machine there it becomes the edge of the site. With a second site, paths appear.
      </EmptyState>
    </Panel>
  </Page>
);

/** Adding a site needs somebody who may; a controller without an administrator says at the sign-in how it gets one. */
function FirstStep() {
  const can = useCan();
  const navigate = useNavigate();
  if (can('Mutation.createSite'))
    return <Button onClick={() => void navigate({ to: '/sites/new' })}>Add a site</Button>;
  return (
    <>
      <Link to="/sign-in" search={{ return: '/sites/new' }}>
        Sign in
      </Link>{' '}
      to add it.
    </>
  );
}
