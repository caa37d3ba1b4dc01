import type { UplinkFact } from '@patronus/protocol';
import type { Store } from '../database/store.ts';
import type { EndpointRow } from '../repositories/endpoint-repository.ts';
import { pathRepository, type CallerFilter } from '../repositories/path-repository.ts';
import { natOf, type Nat } from './nat-type.ts';

/**
 * Others see an uplink behind NAT all the time, as it keeps calling them; a controller that was away, or an edge whose way to
 * the controller was cut, has this long to come back before what was seen counts as forgotten. Longer, and the address of a
 * line that is gone is still shown as its own.
 */
const seenWithinMs = 5 * 60_000;

/** What is before each uplink, asked of the database in one statement, and in none where all of them have addresses. */
export async function findNats(
  store: Pick<Store, 'db' | 'wallMs'>,
  endpoints: readonly EndpointRow[],
  filter: CallerFilter = {},
): Promise<(endpoint: EndpointRow) => Nat> {
  const anyNat = endpoints.some(({ nat }) => nat === 1);
  const callers = anyNat ? await pathRepository.listCallers(store.db, store.wallMs - seenWithinMs, filter) : [];
  const byEndpoint = Map.groupBy(callers, ({ endpoint_id }) => endpoint_id);
  return (row) => {
    const seen = byEndpoint.get(row.endpoint_id) ?? [];
    const uplinks = JSON.parse(seen[0]?.uplinks ?? '[]') as readonly UplinkFact[];
    const ownAddresses = uplinks.find(({ device }) => device === row.device)?.addresses ?? [];
    const views = seen.map(({ observer_slot: observerSlot, address, port }) => ({ observerSlot, address, port }));
    return natOf({ ...row, nat: row.nat === 1 }, ownAddresses, views);
  };
}
