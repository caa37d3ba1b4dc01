import type { Db } from '../database/schema.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { siteRepository, type SiteRow } from '../repositories/site-repository.ts';
import { cannotRestore } from './deletion.ts';
import { checkAddressIsFree } from './endpoint-rules.ts';
import { Problems } from './problems.ts';
import { checkPrefixes } from './site-input.ts';

/**
 * Checks that nobody has taken the name, the prefixes or the addresses of a deleted site. Errors: `conflict` that names every
 * field and its remedy.
 */
export async function checkPlaceIsFree(db: Db, row: SiteRow): Promise<void> {
  const problems = new Problems();
  if ((await siteRepository.find(db, row.name)) !== undefined) {
    problems.add('name', `there is another site "${row.name}" now`, 'rename that site, then restore this one');
  }
  const prefixes = (await siteRepository.listPrefixes(db, 'deleted')).filter((each) => each.site_id === row.site_id);
  const site = { id: row.site_id, name: row.name };
  await checkPrefixes(
    db,
    prefixes.map(({ prefix }) => prefix),
    site,
    problems,
  );
  const endpoints = await endpointRepository.list(db, row.site_id, 'deleted');
  for (const [index, endpoint] of endpoints.entries()) {
    const placed = { id: endpoint.endpoint_id, address: endpoint.address, nat: endpoint.nat };
    await checkAddressIsFree(db, placed, `endpoints[${index}].`, problems);
  }
  const error = problems.error();
  if (error !== null) throw cannotRestore('site', row.name, error);
}
