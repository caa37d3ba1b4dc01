import { useMemo } from 'react';
import { graphql } from '../../../shared/api/graphql.ts';
import { useApiQuery } from '../../../shared/api/use-api.ts';
import { useNetwork } from '../../../shared/live/use-network.ts';
import { useNames } from '../use-names.ts';
import type { Suggestions } from './editor-context.tsx';

const suggestionsQuery = graphql(`
  query PolicySuggestions {
    sites(limit: 1000) {
      tags
    }
    applications(limit: 1000) {
      name
      category
    }
    qosClasses {
      name
    }
  }
`);

/** What the network and the catalogue have for policies to name. */
export function useSuggestions(): Suggestions {
  const { sites } = useNetwork();
  const { hostSets } = useNames();
  const { data } = useApiQuery(suggestionsQuery, {});
  return useMemo(
    () => ({
      sites: sites.map(({ name }) => name),
      tags: distinct((data?.sites ?? []).flatMap(({ tags }) => tags)),
      hostSets,
      labels: distinct(sites.flatMap(({ endpoints }) => endpoints.map(({ label }) => label))),
      applications: (data?.applications ?? []).map(({ name }) => name),
      qosClasses: (data?.qosClasses ?? []).map(({ name }) => name),
      categories: distinct((data?.applications ?? []).map(({ category }) => category)),
    }),
    [sites, hostSets, data],
  );
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();
