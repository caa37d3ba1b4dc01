import { defaultOverlay, isTimeZone, isUuid, parsePrefix, prefixesOverlap, type Prefix } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Db } from '../database/schema.ts';
import { siteRepository } from '../repositories/site-repository.ts';
import { EndpointInputSchema } from './endpoint-input.ts';
import { findOverlaps } from './prefix-overlap.ts';
import type { Problems } from './problems.ts';

const degrees = (most: number, description: string) =>
  Type.Optional(Type.Union([Type.Number({ minimum: -most, maximum: most }), Type.Null()], { description }));

const ownFields = {
  name: Type.String(),
  location: Type.Optional(Type.String()),
  prefixes: Type.Optional(Type.Array(Type.String(), { description: 'LAN prefixes reached through this site' })),
  tags: Type.Optional(Type.Array(Type.String(), { description: 'What policies may know it by beside its name' })),
  time_zone: Type.Optional(Type.String({ description: 'IANA name, such as Europe/Vienna; default UTC' })),
  latitude: degrees(90, 'Of its place on a map, in degrees, north positive'),
  longitude: degrees(180, 'In degrees, east positive'),
};

/** What a user says of a new site, in the API's words. */
export const SiteInputSchema = Type.Object(
  { ...ownFields, endpoints: Type.Optional(Type.Array(EndpointInputSchema)) },
  { additionalProperties: false },
);
export const SiteChangesSchema = Type.Partial(Type.Object(ownFields), { additionalProperties: false });

export type SiteInput = Static<typeof SiteInputSchema>;
export type SiteChanges = Static<typeof SiteChangesSchema>;

const nameForm = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,61}[\p{L}\p{N}._-])?$/u;
const maxLocation = 200;

const tagForm = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}._:-]{0,62}$/u;
/** Each is told to every edge. */
const maxTags = 32;

/** Tags as they are stored: in small letters, each once, in order. */
export const tidyTags = (tags: readonly string[]): string[] =>
  [...new Set(tags.map((tag) => tag.trim().toLowerCase()))].toSorted();

export function checkTags(tags: readonly string[], field: string, problems: Problems): void {
  if (tags.length > maxTags) problems.add(field, `has ${tags.length} entries`, `use up to ${maxTags}`);
  tags.forEach((tag, index) => {
    if (tagForm.test(tag.trim().toLowerCase())) return;
    const remedy = 'use up to 63 letters, digits, dots, colons, - and _, such as retail';
    problems.add(`${field}[${index}]`, `"${tag}" is not a tag`, remedy);
  });
}

export function checkTimeZone(name: string, problems: Problems): void {
  if (name.length <= 64 && isTimeZone(name)) return;
  problems.add('time_zone', `"${name}" is no time zone`, 'use an IANA name, such as Europe/Vienna or UTC');
}

/** A place on a map has both coordinates. */
export function checkPlace(place: { latitude: number | null; longitude: number | null }, problems: Problems): void {
  if ((place.latitude === null) === (place.longitude === null)) return;
  const missing = place.latitude === null ? 'latitude' : 'longitude';
  problems.add(missing, 'is missing beside the other coordinate', 'give both, or null for both');
}

/** More than this in one site would make a document that edges refuse as too large. */
const maxPrefixes = 20_000;

/** Ranges in which no LAN can be. */
const impossible = ['127.0.0.0/8', '224.0.0.0/4', '169.254.0.0/16', '::1/128', 'ff00::/8', 'fe80::/10'] as Prefix[];

export function checkSiteName(name: string, problems: Problems): void {
  if (!nameForm.test(name)) {
    problems.add('name', `"${name}" is not a site name`, 'use up to 63 letters, digits, spaces, dots, - and _');
  } else if (isUuid(name.toLowerCase())) {
    problems.add('name', 'looks like an id', 'choose a name that people can say');
  }
}

export function checkLocation(location: string, problems: Problems): void {
  if (location.length > maxLocation) problems.add('location', 'is too long', `use up to ${maxLocation} characters`);
}

/** The prefixes in canonical form; what is malformed, told twice or overlaps another site's becomes a problem. */
export async function checkPrefixes(
  db: Db,
  texts: readonly string[],
  site: { readonly id: string; readonly name: string },
  problems: Problems,
): Promise<Prefix[]> {
  if (texts.length > maxPrefixes) {
    problems.add('prefixes', `has ${texts.length} entries`, `use up to ${maxPrefixes}; shorter prefixes hold more`);
    return [];
  }
  const positions = new Map<Prefix, number>();
  texts.forEach((text, index) => {
    const field = `prefixes[${index}]`;
    const parsed = parsePrefix(text.trim());
    if (!parsed.ok) return problems.add(field, parsed.error);
    if (positions.has(parsed.value)) return problems.add(field, `${parsed.value} stands twice`, 'keep one');
    positions.set(parsed.value, index);
    checkUsable(field, parsed.value, problems);
  });
  await checkOverlaps(db, positions, site, problems);
  return [...positions.keys()];
}

function checkUsable(field: string, prefix: Prefix, problems: Problems): void {
  const reserved = impossible.find((range) => prefixesOverlap(range, prefix) && !prefix.endsWith('/0'));
  if (reserved !== undefined) {
    problems.add(field, `${prefix} lies in ${reserved}, where no LAN can be`, 'use the prefix of a LAN');
  }
  if (prefixesOverlap(defaultOverlay, prefix) && !prefix.endsWith('/0')) {
    problems.add(field, `${prefix} lies in ${defaultOverlay}, which tunnels use`, 'renumber that LAN');
  }
}

async function checkOverlaps(
  db: Db,
  own: ReadonlyMap<Prefix, number>,
  site: { readonly id: string; readonly name: string },
  problems: Problems,
): Promise<void> {
  const others = (await siteRepository.listPrefixes(db)).filter((row) => row.site_id !== site.id);
  const overlaps = findOverlaps([
    ...others.map((row) => ({ prefix: row.prefix as Prefix, owner: row.site })),
    ...[...own.keys()].map((prefix) => ({ prefix, owner: '' })),
  ]);
  for (const { a, b } of overlaps) {
    const [mine, other] = b.owner === '' ? [b, a] : [a, b];
    const owner = other.owner === '' ? 'this same site' : `site "${other.owner}"`;
    const remedy = other.owner === '' ? 'keep the wider one' : 'each prefix belongs to one site; change one of them';
    problems.add(`prefixes[${own.get(mine.prefix)}]`, `${mine.prefix} overlaps ${other.prefix} of ${owner}`, remedy);
  }
}
