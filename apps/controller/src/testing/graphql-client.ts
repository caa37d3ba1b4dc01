import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TestController } from './test-controller.ts';

export interface GraphqlResult<T> {
  readonly data: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: {
      readonly code?: string;
      readonly problems?: readonly { readonly field: string }[];
      readonly current_version?: number;
    };
  }[];
}

/** Sends a query or mutation with the local token, or with the headers given. */
export async function askGraphql<T = Record<string, unknown>>(
  controller: TestController,
  query: string,
  variables: Record<string, unknown> = {},
  { headers, path = '/graphql' }: { headers?: Record<string, string>; path?: string } = {},
): Promise<GraphqlResult<T>> {
  const sent = headers ?? { authorization: `Bearer ${controller.localToken}` };
  return (await controller.request<GraphqlResult<T>>('POST', path, { query, variables }, sent)).body;
}

export interface Heard {
  readonly data: Record<string, unknown>[];
  readonly errors: unknown[];
  /** Code and reason of the end of the connection. */
  closed: { readonly code: number; readonly reason: string } | null;
  readonly client: Client;
  unsubscribe(): void;
}

/** Subscribes over graphql-transport-ws, and gathers what is heard. */
export function subscribeTo(
  controller: TestController,
  query: string,
  options: { authorization?: string; headers?: Record<string, string>; path?: string } = {},
): Heard {
  const { authorization, headers = {}, path = '/graphql' } = options;
  const client = createClient({
    url: `${controller.running.httpUrl.replace('http', 'ws')}${path}`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers });
      }
    },
    ...(authorization === undefined ? {} : { connectionParams: { authorization } }),
    retryAttempts: 0,
    on: { closed: (event) => (heard.closed = event as Heard['closed']) },
  });
  const heard: Heard = { data: [], errors: [], closed: null, client, unsubscribe: () => undefined };
  heard.unsubscribe = client.subscribe(
    { query },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) heard.errors.push(...errors);
        else heard.data.push(data as Record<string, unknown>);
      },
      error: (error) => heard.errors.push(...[error].flat()),
      complete: () => undefined,
    },
  );
  return heard;
}
