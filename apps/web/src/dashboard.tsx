import { useEffect, useState, useSyncExternalStore } from 'react';
import { EventsPanel } from './events-panel.tsx';
import { formatAge, formatTime, unknownFigure } from './format.ts';
import type { LiveNetwork } from './live-network.ts';
import { freshness, type NetworkState } from './network-state.ts';
import { PathsTable } from './paths-table.tsx';
import { PoliciesPanel } from './policies-panel.tsx';
import { Topology } from './topology.tsx';

const connectionWords = { connecting: 'connecting', connected: 'live', disconnected: 'disconnected' } as const;

/** The page: the network as it is now, or as it last was with a word on since when. */
export function Dashboard({ network }: { network: LiveNetwork }) {
  const state = useSyncExternalStore(network.subscribe, network.state);
  const now = useNow(1000);
  const { live } = freshness(state, now);
  return (
    <>
      <Header state={state} live={live} />
      <Warning state={state} now={now} live={live} />
      <main className={live ? undefined : 'old'}>
        {state.heardAt !== null && (
          <>
            <Topology sites={state.sites} paths={state.paths} />
            <EventsPanel events={state.events} now={now} />
            <PathsTable paths={state.paths} now={live ? now : state.heardAt} />
            <PoliciesPanel state={state} live={live} />
          </>
        )}
      </main>
    </>
  );
}

function Header({ state, live }: { state: NetworkState; live: boolean }) {
  const online = state.sites.filter((site) => site.status === 'online').length;
  return (
    <header>
      <h1>Patronus</h1>
      <dl>
        <div>
          <dt>Controller</dt>
          <dd>{location.host}</dd>
        </div>
        <div>
          <dt>Connection</dt>
          <dd className={`connection ${live ? 'live' : 'lost'}`} role="status">
            {live || state.connection.status !== 'connected' ? connectionWords[state.connection.status] : 'no answer'}
          </dd>
        </div>
        <div>
          <dt>Sites online</dt>
          <dd>{live ? `${online} of ${state.sites.length}` : unknownFigure}</dd>
        </div>
      </dl>
    </header>
  );
}

function Warning({ state, now, live }: { state: NetworkState; now: number; live: boolean }) {
  if (live && state.problem === null) return null;
  const told = state.problem === null ? '' : ` (${state.problem})`;
  if (state.heardAt === null) return <p className="banner">Waiting for the controller{told} …</p>;
  if (live) return <p className="banner">The controller did not answer the last question{told}.</p>;
  return (
    <p className="banner" role="alert">
      No word from the controller{told}: what is greyed is from {formatTime(state.heardAt, now)},{' '}
      {formatAge(state.heardAt, now)} ago. Trying again …
    </p>
  );
}

/** The time, unix ms, renewed at a period. */
function useNow(periodMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), periodMs);
    return () => clearInterval(timer);
  }, [periodMs]);
  return now;
}
