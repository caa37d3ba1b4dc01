import { formatAge, formatTime } from '../shared/figures/format.ts';
import { useNow } from '../shared/figures/use-now.ts';
import { freshness } from '../shared/live/network-state.ts';
import { useNetwork } from '../shared/live/use-network.ts';
import classes from './connection.module.css';

const words = { connecting: 'Connecting', connected: 'Live', disconnected: 'Disconnected' } as const;

/** Whether the page is of now, in a word. */
export function ConnectionState() {
  const state = useNetwork();
  const { live } = freshness(state, useNow(1000));
  const { status } = state.connection;
  const word = live || status !== 'connected' ? words[status] : state.heardAt === null ? 'Loading' : 'No answer';
  return (
    <span
      className={classes.state}
      data-state={live ? 'live' : state.heardAt === null ? 'waiting' : 'lost'}
      role="status"
    >
      {word}
    </span>
  );
}

/** Says at once that the controller is away, and since when what is shown is old. */
export function ConnectionBanner() {
  const state = useNetwork();
  const now = useNow(1000);
  const { live } = freshness(state, now);
  if (live && state.problem === null) return null;
  const told = state.problem === null ? '' : ` (${state.problem})`;
  if (live) return <p className={classes.banner}>The controller did not answer the last question{told}</p>;
  if (state.heardAt === null) {
    if (state.connection.status !== 'disconnected' && state.problem === null) return null;
    return (
      <p className={classes.banner} role="alert">
        Waiting for the controller at {location.host}
        {told} …
      </p>
    );
  }
  return (
    <p className={classes.banner} role="alert">
      No word from the controller{told}: what is greyed is from {formatTime(state.heardAt, now)},{' '}
      {formatAge(state.heardAt, now)} ago. Trying again …
    </p>
  );
}
