import type { EndpointFields } from './endpoint-input.ts';
import type { Db } from '../database/schema.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { portsOf } from './path-pairs.ts';
import type { Problems } from './problems.ts';

export interface PlacedEndpoint extends EndpointFields {
  readonly id: string;
  readonly slot: number;
}

/** Checks an endpoint against those of its own site and of all others. `at` is where it stands in the input. */
export async function checkAgainstOthers(
  db: Db,
  site: { readonly id: string; readonly name: string },
  endpoint: PlacedEndpoint,
  at: string,
  problems: Problems,
): Promise<void> {
  const siblings = (await endpointRepository.list(db, site.id)).filter((row) => row.endpoint_id !== endpoint.id);
  const sameDevice = siblings.find((row) => row.device === endpoint.device);
  if (sameDevice !== undefined) {
    const problem = `${endpoint.device} is already the endpoint "${sameDevice.label}" of site "${site.name}"`;
    problems.add(`${at}device`, problem, 'name another device, or change that endpoint');
  }
  const ports = portsOf(endpoint);
  const samePort = siblings.find((row) => portsOf(row).from <= ports.to && ports.from <= portsOf(row).to);
  if (samePort !== undefined) {
    const used = portsOf(samePort);
    const problem = `its ports ${ports.from}–${ports.to} meet ${used.from}–${used.to} of "${samePort.label}"`;
    problems.add(`${at}port`, problem, 'give endpoints of one site the same port, or ports 256 apart');
  }
  await checkAddressIsFree(db, endpoint, at, problems);
}

/** Checks that no live endpoint but this one is reached at its address. */
export async function checkAddressIsFree(
  db: Db,
  endpoint: Pick<PlacedEndpoint, 'id' | 'address' | 'nat'>,
  at: string,
  problems: Problems,
): Promise<void> {
  if (endpoint.address === null || endpoint.nat === 1) return;
  const holder = await endpointRepository.findByAddress(db, endpoint.address);
  if (holder === undefined || holder.endpoint_id === endpoint.id) return;
  const problem = `${endpoint.address} is already the endpoint "${holder.label}" of site "${holder.site}"`;
  problems.add(`${at}address`, problem, 'an endpoint belongs to one site; change one of the two addresses');
}
