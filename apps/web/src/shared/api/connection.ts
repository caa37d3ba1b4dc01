import { createClient, type Client as LiveClient } from 'graphql-ws';

/** A controller that starts again is found again within this time, without a crowd of pages pressing on it. */
const reconnectMs = 1000;
/** An idle connection is asked for life this often, and given up when it has not answered within as long again. */
const keepAliveMs = 5000;

export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected';

export interface LiveConnection {
  readonly client: LiveClient;
  /** Opens the connection anew, as after a sign-in. */
  readonly reopen: () => void;
}

/** The WebSocket for live values: it is kept open, and opened again for ever. */
export function openConnection(
  origin: string,
  parameters: () => Promise<Record<string, unknown>>,
  onStatus: (status: ConnectionStatus) => void,
): LiveConnection {
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | null = null;
  const client = createClient({
    url: `${origin.replace(/^http/, 'ws')}/graphql`,
    lazy: false,
    keepAlive: keepAliveMs,
    connectionParams: parameters,
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
  return { client, reopen: () => socket?.close(4205, 'signed in anew') };
}
