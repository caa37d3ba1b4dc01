import { useCallback, useEffect, useState } from 'react';
import { useMutation, useQuery, type AnyVariables, type TypedDocumentNode } from 'urql';
import { useNetworkStore } from '../live/use-network.ts';
import { errorOfGraphql, type ApiError } from './api-error.ts';

export interface Answer<Data> {
  /** The last answer; it stays while a newer one is on its way. */
  readonly data: Data | null;
  readonly error: ApiError | null;
  /** There is nothing to show yet. */
  readonly loading: boolean;
  readonly refresh: () => void;
}

interface QueryOptions {
  /** Ask again this often, for counters that no event tells of. */
  readonly everyMs?: number | undefined;
  /** Do not ask (yet). */
  readonly skip?: boolean;
  /** Do not ask again by oneself: the answer does not change, and who asks is counted. */
  readonly once?: boolean;
}

/**
 * Asks the API and keeps the answer current: it is asked again when an event tells that something changed, and when a lost
 * connection is back.
 */
export function useApiQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { everyMs, skip = false, once = false }: QueryOptions = {},
): Answer<Data> {
  const [result, execute] = useQuery<Data, Variables>({
    query,
    variables,
    pause: skip,
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  const store = useNetworkStore();
  useEffect(() => {
    if (skip || once) return;
    const stop = store.onChanged(refresh);
    const timer = everyMs === undefined ? undefined : setInterval(refresh, everyMs);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [store, refresh, everyMs, skip, once]);
  const error = result.error === undefined ? null : errorOfGraphql(result.error);
  const data = result.data ?? null;
  return { data, error, loading: data === null && error === null && !skip, refresh };
}

/** What became of a mutation: its answer, or why it was refused. */
export type Outcome<Data> =
  { readonly ok: true; readonly data: Data } | { readonly ok: false; readonly error: ApiError };

/** A mutation as a function, and whether one is on its way. What it changed is asked for again by whoever shows it. */
export function useApiMutation<Data, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
): readonly [(variables: Variables) => Promise<Outcome<Data>>, boolean] {
  const [, execute] = useMutation<Data, Variables>(mutation);
  const store = useNetworkStore();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (variables: Variables): Promise<Outcome<Data>> => {
      setBusy(true);
      try {
        const { data, error } = await execute(variables);
        if (error !== undefined) return { ok: false, error: errorOfGraphql(error) };
        store.refresh();
        return { ok: true, data: data as Data };
      } finally {
        setBusy(false);
      }
    },
    [execute, store],
  );
  return [run, busy];
}
