import { useCallback, useMemo } from 'react';
import { graphql } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useNetwork } from '../../shared/live/use-network.ts';

const hostSetsQuery = graphql(`
  query HostSetNames {
    hostSets(limit: 1000) {
      id
      name
    }
  }
`);

/** The name of a site or host set by its id, as policies refer to them; what is not known stays as it is. */
export type NameOf = (id: string) => string;

export interface Names {
  readonly nameOf: NameOf;
  /** Whether the names of host sets have come. */
  readonly known: boolean;
  readonly hostSets: readonly string[];
}

export function useNames(): Names {
  const { sites } = useNetwork();
  const { data } = useApiQuery(hostSetsQuery, {});
  const sets = data?.hostSets;
  const names = useMemo(() => new Map([...sites, ...(sets ?? [])].map(({ id, name }) => [id, name])), [sites, sets]);
  const nameOf = useCallback((id: string) => names.get(id) ?? id, [names]);
  return { nameOf, known: sets !== undefined, hostSets: useMemo(() => (sets ?? []).map(({ name }) => name), [sets]) };
}
