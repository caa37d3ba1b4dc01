/** An entry of an event's metadata that leads somewhere. */
export interface EventLink {
  readonly label: string;
  readonly path: string;
}

/** Where the things an event speaks of are to be seen: its site, its paths, its policy. */
export function eventLinks(event: {
  readonly site: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}): EventLink[] {
  const { metadata } = event;
  const links: EventLink[] = [];
  if (event.site !== null) links.push({ label: event.site, path: `/sites/${encodeURIComponent(event.site)}` });
  if (typeof metadata['path_id'] === 'string') links.push({ label: 'The path', path: `/paths/${metadata['path_id']}` });
  links.push(...ends(metadata['from'], 'The path before'), ...ends(metadata['to'], 'The path now'));
  if (typeof metadata['policy'] === 'string') {
    links.push({
      label: `Policy ${metadata['policy']}`,
      path: `/policies?filter=${encodeURIComponent(metadata['policy'])}`,
    });
  }
  return links;
}

const ends = (value: unknown, label: string): EventLink[] =>
  Array.isArray(value) ? value.filter(hasPathId).map(({ path_id: id }) => ({ label, path: `/paths/${id}` })) : [];

const hasPathId = (value: unknown): value is { readonly path_id: string } =>
  typeof value === 'object' && value !== null && 'path_id' in value && typeof value.path_id === 'string';
