import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { ApiClient } from './api-client.ts';
import type { NetworkEvent } from './resources.ts';

const subscription =
  'subscription { events { id timestamp event_type severity message metadata site acknowledged_by acknowledged_at } }';
/** Long enough not to burden a controller that starts, short enough to see its first events soon. */
const retryPauseMs = 1000;

export interface EventFeed {
  /** Settles when the feed was closed. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Events of which the ids are remembered, so that one that arrives by both ways is told once. */
const rememberedEvents = 10_000;

/**
 * Events as they happen, after those already `known` (oldest first), each once. A lost connection is made again; what
 * happened meanwhile is asked for.
 */
export function followEvents(
  api: ApiClient,
  known: readonly NetworkEvent[],
  on: { event(event: NetworkEvent): void; disconnected(): void; connected(): void },
): EventFeed {
  const seen = new Set<string>();
  let lastTime = known.at(-1)?.timestamp ?? Date.now();
  const deliver = (event: NetworkEvent): void => {
    if (seen.has(event.id)) return;
    seen.add(event.id);
    if (seen.size > rememberedEvents) seen.delete(seen.values().next().value!);
    lastTime = event.timestamp;
    on.event(event);
  };
  known.forEach(deliver);
  const catchUp = async (): Promise<void> => {
    const missed = await api.list<NetworkEvent>('/events', { since: lastTime });
    missed.toReversed().forEach(deliver);
  };

  const client = createClient({
    url: `${api.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: () => (api.token === null ? {} : { authorization: `Bearer ${api.token}` }),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, retryPauseMs)),
  });
  let told: 'connected' | 'disconnected' | null = null;
  client.on('connected', () => {
    if (told === 'disconnected') on.connected();
    told = 'connected';
    void catchUp().catch(() => undefined);
  });
  client.on('closed', () => {
    if (told !== 'disconnected') on.disconnected();
    told = 'disconnected';
  });

  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  const unsubscribe = client.subscribe<{ events: NetworkEvent }>(
    { query: subscription },
    {
      next: ({ data }) => data && deliver(data.events),
      error: (error) => reject(error instanceof Error ? error : new Error(JSON.stringify(error))),
      complete: resolve,
    },
  );
  const close = (): void => {
    unsubscribe();
    void client.dispose();
  };
  return { closed, close };
}
