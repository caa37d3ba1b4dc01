import { canonicalJson, InvalidInputError, parsePrefix } from '@patronus/core';
import type { Actor } from '../../audit/index.ts';
import type { Change } from '../../database/store.ts';
import { endpointRepository, type EndpointRow } from '../../repositories/endpoint-repository.ts';
import { siteRepository } from '../../repositories/site-repository.ts';
import { completeEndpoint, endpointFields, type EndpointInput } from '../endpoint-input.ts';
import { deleteEndpoint } from '../endpoint-deletion-service.ts';
import { createEndpoint, inputOf, updateEndpoint } from '../endpoint-service.ts';
import { Problems } from '../problems.ts';
import { createSite, heldSite, updateSite, type HeldSite } from '../site-service.ts';
import type { Placed, SiteManifest } from './manifest.ts';
import { pairEndpoints, type EndpointPairs } from './pair-endpoints.ts';

/** One site that shall change, with what it was. */
interface SiteWork {
  readonly placed: Placed<SiteManifest>;
  /** Null where it is to be made. */
  readonly before: HeldSite | null;
  readonly pairs: EndpointPairs;
}

/**
 * Makes sites what their documents say. First all of them give up what they lose, then each takes what it gains, so that
 * a prefix, an address or a device may move from one to another in the same change. Problems go to `problems`; the names of
 * sites that have some are answered. The caller brings the paths up to date.
 */
export async function applySites(
  change: Change,
  by: Actor,
  documents: readonly Placed<SiteManifest>[],
  problems: Problems,
): Promise<string[]> {
  const works: SiteWork[] = [];
  for (const placed of documents) works.push(await plan(change, placed));
  for (const work of works) await giveUp(change, by, work);
  const failed: string[] = [];
  for (const work of works) {
    const own = new Problems();
    await gather(own, () => take(change, by, work, own));
    const error = own.error();
    if (error === null) continue;
    failed.push(work.placed.manifest.metadata.name.trim());
    problems.addAll(error.problems.map((each) => ({ ...each, field: work.placed.at + fieldOf(each.field) })));
  }
  return failed;
}

const fieldOf = (field: string): string => (field === 'name' ? 'metadata.name' : `spec.${field}`);

async function plan(change: Change, placed: Placed<SiteManifest>): Promise<SiteWork> {
  const { metadata, spec } = placed.manifest;
  const row = await siteRepository.find(change.db, metadata.name.trim());
  const wanted = (spec.endpoints ?? []).map(completeEndpoint);
  if (row === undefined) return { placed, before: null, pairs: pairEndpoints([], wanted) };
  const present = await endpointRepository.list(change.db, row.site_id);
  return { placed, before: await heldSite(change.db, row), pairs: pairEndpoints(present, wanted) };
}

/** What nobody may hold for others to take it: prefixes, addresses, devices and ports that change hands. */
async function giveUp(change: Change, by: Actor, { placed, before, pairs }: SiteWork): Promise<void> {
  if (before === null) return;
  for (const row of pairs.gone) await deleteEndpoint(change, by, row);
  for (const { row, wanted } of pairs.kept) {
    if (!isSame(row, wanted)) await endpointRepository.vacate(change.db, row.endpoint_id);
  }
  const wanted = new Set((placed.manifest.spec.prefixes ?? []).map(canonicalPrefix));
  const kept = before.prefixes.filter((prefix) => wanted.has(prefix));
  if (kept.length < before.prefixes.length) await siteRepository.replacePrefixes(change.db, before.id, kept);
}

function canonicalPrefix(text: string): string {
  const parsed = parsePrefix(text.trim());
  return parsed.ok ? parsed.value : text;
}

function isSame(row: EndpointRow, wanted: EndpointInput): boolean {
  const problems = new Problems();
  const fields = endpointFields(wanted, '', problems);
  return problems.error() === null && canonicalJson(inputOf(fields)) === canonicalJson(inputOf(row));
}

async function take(change: Change, by: Actor, { placed, before, pairs }: SiteWork, own: Problems): Promise<void> {
  const { metadata, spec } = placed.manifest;
  const { location = '', prefixes = [], tags = [], time_zone = 'UTC', latitude = null, longitude = null } = spec;
  const fields = { name: metadata.name, location, prefixes, tags, time_zone, latitude, longitude };
  if (before === null) {
    await createSite(change, by, { ...fields, endpoints: spec.endpoints ?? [] });
    return;
  }
  const site = { id: before.id, name: fields.name.trim() };
  await gather(own, () => updateSite(change, by, before, fields));
  for (const { row, wanted, index } of pairs.kept) {
    if (isSame(row, wanted)) continue;
    const at = `endpoints[${index}].`;
    await gather(own, () => updateEndpoint(change, by, { ...row, site: site.name }, wanted, at));
  }
  for (const { wanted, index } of pairs.added) {
    const at = `endpoints[${index}].`;
    await gather(own, () => createEndpoint(change, by, site, wanted, at));
  }
}

/** Lets the work go on after a refusal, so that the user hears of all. */
async function gather(own: Problems, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof InvalidInputError)) throw thrown;
    own.addAll(thrown.problems);
  }
}
