import { Client, fetchExchange, subscriptionExchange } from 'urql';
import { createClient } from 'graphql-ws';
import { pipe, subscribe } from 'wonka';
import {
  eventsSubscription,
  pathsSubscription,
  snapshotQuery,
  type NetworkEvent,
  type Path,
  type Snapshot,
} from './api-types.ts';
import { applyChange, emptyNetwork, type Change, type NetworkState } from './network-state.ts';

/** Counters and decisions have no subscription; this often they are asked for. */
const pollMs = 2000;
/** A controller that starts again is found again within this time, without a crowd of pages pressing on it. */
const reconnectMs = 1000;
/** An idle connection is asked for life this often, and given up when it has not answered within as long again. */
const keepAliveMs = 5000;
/** Events that come together, as after a failover, lead to one question. */
const settleMs = 150;

export interface LiveNetwork {
  readonly state: () => NetworkState;
  /** Calls back after changes, at most once per frame; answers with what ends it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** The network as the controller at an origin tells it, kept current until the page is closed. */
export function openLiveNetwork(origin: string): LiveNetwork {
  const listeners = new Set<() => void>();
  let state = emptyNetwork(Date.now());
  let shown = state;
  let frame: number | null = null;
  const change = (next: Change): void => {
    state = applyChange(state, next);
    frame ??= requestAnimationFrame(() => {
      frame = null;
      shown = state;
      for (const listener of listeners) listener();
    });
  };

  const client = connect(origin, (status) => {
    change({ type: 'connection', at: Date.now(), status });
    if (status === 'connected') void refresh();
  });
  let asking: Promise<void> | null = null;
  const refresh = (): Promise<void> =>
    (asking ??= ask(client)
      .then(change)
      .finally(() => (asking = null)));

  let settling: ReturnType<typeof setTimeout> | undefined;
  const onProblem = (problem: string): void => change({ type: 'problem', problem });
  listen<{ events: NetworkEvent }>(client, eventsSubscription, onProblem, ({ events }) => {
    change({ type: 'event', at: Date.now(), event: events });
    clearTimeout(settling);
    settling = setTimeout(() => void refresh(), settleMs);
  });
  listen<{ pathMetrics: Path }>(client, pathsSubscription, onProblem, ({ pathMetrics }) =>
    change({ type: 'path', at: Date.now(), path: pathMetrics }),
  );
  setInterval(() => void refresh(), pollMs);

  return {
    state: () => shown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function connect(origin: string, onStatus: (status: 'connected' | 'disconnected') => void): Client {
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | null = null;
  const connection = createClient({
    url: `${origin.replace(/^http/, 'ws')}/graphql`,
    lazy: false,
    keepAlive: keepAliveMs,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, reconnectMs)),
    on: {
      connected: (opened) => {
        socket = opened as WebSocket;
        onStatus('connected');
      },
      closed: () => {
        clearTimeout(unanswered);
        onStatus('disconnected');
      },
      ping: (received) => {
        if (received) return;
        unanswered = setTimeout(() => socket?.close(4408, 'no answer'), keepAliveMs);
      },
      pong: (received) => {
        if (received) clearTimeout(unanswered);
      },
    },
  });
  return new Client({
    url: `${origin}/graphql`,
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '' }) => ({
          subscribe: (sink) => ({
            unsubscribe: connection.subscribe(
              { query },
              {
                next: ({ data = null, errors }) =>
                  sink.next(errors === undefined ? { data } : { data, errors: [...errors] }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
}

async function ask(client: Client): Promise<Change> {
  const { data, error } = await client.query<Snapshot>(snapshotQuery, {}).toPromise();
  if (data !== undefined && data !== null && error === undefined) {
    return { type: 'snapshot', at: Date.now(), snapshot: data };
  }
  const told = error?.graphQLErrors.map(({ message }) => message).join('; ') ?? '';
  return { type: 'problem', problem: told === '' ? 'no answer' : told };
}

function listen<T>(
  client: Client,
  query: string,
  onProblem: (problem: string) => void,
  onData: (data: T) => void,
): void {
  pipe(
    client.subscription<T>(query, {}),
    subscribe(({ data, error }) => {
      if (data !== undefined && data !== null) onData(data);
      if (error !== undefined) onProblem(error.message);
    }),
  );
}
