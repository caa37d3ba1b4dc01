import { pathId, type EndpointId } from '@patronus/core';
import type { Change } from '../database/store.ts';
import { endpointRepository, type EndpointRow } from '../repositories/endpoint-repository.ts';
import { pathRepository } from '../repositories/path-repository.ts';
import { obstacle, pathBandwidth, type TransportLinks } from './path-pairs.ts';
import { readTransportLinks } from './read-transport-links.ts';

/**
 * Makes the stored paths those that the endpoints and transport links allow: of one site, or of all. What stays keeps its
 * figures.
 */
export async function syncPaths(change: Change, siteId?: string): Promise<void> {
  const links = await readTransportLinks(change.db);
  const endpoints = await endpointRepository.list(change.db);
  const wanted = new Map(allowedPairs(endpoints, links, siteId).map((pair) => [pair.path_id, pair]));
  const touched = siteId === undefined ? undefined : endpoints.filter((row) => row.site_id === siteId);
  const present = await pathRepository.listKeys(
    change.db,
    touched?.map((row) => row.endpoint_id),
  );
  for (const { path_id, bandwidth } of present) {
    const pair = wanted.get(path_id);
    if (pair === undefined || pair.bandwidth === bandwidth) continue;
    await pathRepository.setBandwidth(change.db, path_id, pair.bandwidth);
  }
  const known = new Set(present.map((row) => row.path_id));
  const gone = present.filter((row) => !wanted.has(row.path_id)).map((row) => row.path_id);
  const added = [...wanted.values()].filter((pair) => !known.has(pair.path_id));
  await pathRepository.delete(change.db, gone);
  await pathRepository.insert(
    change.db,
    added.map((pair) => ({ ...pair, created_at: change.at })),
  );
}

interface PathKeys {
  readonly path_id: string;
  readonly source_endpoint_id: string;
  readonly dest_endpoint_id: string;
  readonly bandwidth: number | null;
}

function allowedPairs(endpoints: readonly EndpointRow[], links: TransportLinks, siteId?: string): PathKeys[] {
  const ends = endpoints.map((row) => ({ row, label: row.label, address: row.address, nat: row.nat === 1 }));
  const pairs: PathKeys[] = [];
  for (const source of ends) {
    for (const dest of ends) {
      if (source.row.site_id === dest.row.site_id) continue;
      if (siteId !== undefined && source.row.site_id !== siteId && dest.row.site_id !== siteId) continue;
      if (obstacle(source, dest, links) !== null) continue;
      pairs.push({
        path_id: pathId(source.row.endpoint_id as EndpointId, dest.row.endpoint_id as EndpointId),
        source_endpoint_id: source.row.endpoint_id,
        dest_endpoint_id: dest.row.endpoint_id,
        bandwidth: pathBandwidth(source.row, dest.row),
      });
    }
  }
  return pairs;
}
