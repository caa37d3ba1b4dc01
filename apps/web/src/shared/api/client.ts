import type { Client as LiveClient } from 'graphql-ws';
import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import type { Session, SessionStore } from '../session/session-store.ts';
import { errorOfGraphql } from './api-error.ts';

export interface ClientParts {
  readonly origin: string;
  readonly session: SessionStore;
  readonly live: LiveClient;
  /** Called when the controller wants a sign-in that is not there, or no longer. */
  readonly onSignInNeeded: () => void;
}

/** Queries and mutations by POST with the session's token, live values over the WebSocket. */
export function openClient({ origin, session, live, onSignInNeeded }: ClientParts): Client {
  const noteRefusals = mapExchange({
    onError: (error) => {
      if (errorOfGraphql(error).code === 'unauthenticated') onSignInNeeded();
    },
  });
  return new Client({
    url: `${origin}/graphql`,
    preferGetMethod: false,
    fetch: (input, init) => fetchWithToken(session, input, init),
    exchanges: [cacheExchange, noteRefusals, fetchExchange, overSocket(live)],
  });
}

async function fetchWithToken(session: SessionStore, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const known = await session.known();
  const answer = await fetch(input, { ...init, headers: withToken(known, init) });
  if (answer.status !== 403) return answer;
  // Another window of this browser may have signed in since: its cookie goes along, the token of this page is not of it.
  const now = await session.check();
  return now === known ? answer : fetch(input, { ...init, headers: withToken(now, init) });
}

function withToken(session: Session, init: RequestInit | undefined): Headers {
  const headers = new Headers(init?.headers);
  if (session.kind === 'signed-in') headers.set('x-csrf-token', session.csrfToken);
  return headers;
}

const overSocket = (live: LiveClient) =>
  subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: live.subscribe(
          { query, variables },
          {
            next: ({ data = null, errors }) =>
              sink.next(errors === undefined ? { data } : { data, errors: [...errors] }),
            error: (error) => sink.error(error),
            complete: () => sink.complete(),
          },
        ),
      }),
    }),
  });
