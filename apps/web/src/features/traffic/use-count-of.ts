import { graphql } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useNetwork } from '../../shared/live/use-network.ts';
import type { Kind } from './traffic-kinds.ts';

const policyIdsQuery = graphql(`
  query PolicyIds {
    policies(limit: 1000) {
      id
    }
  }
`);

const applicationTotalsQuery = graphql(`
  query ApplicationsWithTraffic {
    trafficStats(kind: application) {
      id
    }
  }
`);

/** How many of a kind there are. */
export function useCountOf(kind: Kind): number {
  const { sites, paths } = useNetwork();
  const { data } = useApiQuery(policyIdsQuery, {}, { skip: kind !== 'policy' });
  const applications = useApiQuery(applicationTotalsQuery, {}, { skip: kind !== 'application' });
  if (kind === 'application') return Math.max(1, applications.data?.trafficStats.length ?? 1);
  if (kind === 'path') return paths.size;
  if (kind === 'site') return sites.length;
  if (kind === 'endpoint') return sites.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  return data?.policies.length ?? 1;
}
