import { graphql } from '../../shared/api/graphql.ts';
import { useApiQuery } from '../../shared/api/use-api.ts';
import { useRates } from '../../shared/figures/use-rates.ts';

const trafficQuery = graphql(`
  query PathTotals {
    trafficStats(kind: path) {
      id
      bytes_sent
      last_updated
    }
  }
`);

const everyMs = 3000;
/** Edges tell what went through their tunnels every ten seconds: two such times are within it, and one may be late. */
const windowMs = 35_000;

/** What each path sends now, bit/s; null while that is not known. */
export function usePathRates(): (pathId: string) => number | null {
  const { data } = useApiQuery(trafficQuery, {}, { everyMs });
  const counters = new Map(
    (data?.trafficStats ?? []).map(({ id, bytes_sent: bytes, last_updated: at }) => [
      id ?? '',
      { packets: 0, bytes, at: at ?? 0 },
    ]),
  );
  const rates = useRates(counters, data, windowMs);
  return (pathId) => rates(pathId).bitsPerSecond;
}

/** The width of a line by its traffic, px: each step is about ten times the traffic of the one before. */
export const widthOf = (bps: number | null): number =>
  bps === null || bps < 20_000 ? 2 : bps < 200_000 ? 3 : bps < 2_000_000 ? 4.5 : bps < 20_000_000 ? 6.5 : 9;
