import type { Site } from '../../shared/live/network-documents.ts';

/** More groups than these are no help. */
const mostGroups = 16;

/**
 * The group of each site by its name: its first tag; where most have none, what stands after the last comma of the location,
 * as the country. Where that makes too many groups there is one.
 */
export function groupsOf(sites: readonly Pick<Site, 'name' | 'tags' | 'location'>[]): ReadonlyMap<string, string> {
  const tagged = sites.filter(({ tags }) => tags.length > 0).length;
  const by = tagged > sites.length / 2 ? byTag : byPlace;
  const groups = new Map(sites.map((site) => [site.name, by(site)] as const));
  const count = new Set(groups.values()).size;
  return count > mostGroups ? new Map(sites.map(({ name }) => [name, 'All sites'] as const)) : groups;
}

type Grouped = Pick<Site, 'tags' | 'location'>;
const byTag = ({ tags }: Grouped): string => tags[0] ?? '';
const byPlace = ({ location }: Grouped): string => location.split(',').at(-1)!.trim();
