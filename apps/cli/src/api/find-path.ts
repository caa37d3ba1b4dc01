import { PatronusError } from '@patronus/core';
import type { ApiClient } from './api-client.ts';
import type { Path } from './resources.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What help says of an argument that names a path. */
export const pathArgument = 'id, or SITE/LABEL:SITE/LABEL, where :SITE is enough if one label leads there';

/** The path that a text names; see {@link pathArgument}. Errors: `not_found`, `invalid_input` where several fit. */
export async function findPath(api: ApiClient, text: string): Promise<Path> {
  if (uuid.test(text)) return api.get<Path>(`/paths/${text}`);
  const paths = await api.list<Path>('/paths');
  const named = paths.find((path) => pathKey(path) === text);
  if (named !== undefined) return named;
  const fits = paths.filter((path) => `${path.source_site}/${path.source_label}:${path.dest_site}` === text);
  if (fits.length === 1) return fits[0]!;
  if (fits.length > 1) {
    const remedy = `write one of ${fits.map(pathKey).join(', ')}`;
    throw new PatronusError('invalid_input', `"${text}" fits ${fits.length} paths; ${remedy}`);
  }
  const form = 'write its id or SITE/LABEL:SITE/LABEL, such as branch/mpls:hq/mpls; "patronus paths" lists them';
  throw new PatronusError('not_found', `there is no path "${text}"; ${form}`);
}

/** A path as people write it. */
export const pathKey = (path: Path): string =>
  `${path.source_site}/${path.source_label}:${path.dest_site}/${path.dest_label}`;
