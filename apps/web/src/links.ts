import type { Path, PathHealth } from './api-types.ts';

/** Both directions between two endpoints. */
export interface Link {
  readonly id: string;
  readonly siteA: string;
  readonly siteB: string;
  readonly labelA: string;
  readonly labelB: string;
  readonly forward: Path | null;
  readonly reverse: Path | null;
  /** The worse of the two directions. */
  readonly health: PathHealth;
}

const badness: Readonly<Record<PathHealth, number>> = { up: 0, unknown: 1, degraded: 2, down: 3 };

export const worse = (a: PathHealth, b: PathHealth): PathHealth => (badness[a] >= badness[b] ? a : b);

/** The links that the directed paths form, in the order of their names. */
export function linksOf(paths: Iterable<Path>): Link[] {
  const links = new Map<string, Link>();
  for (const path of paths) {
    const turned = path.source_site > path.dest_site;
    const ends = [path.source_endpoint_id, path.dest_endpoint_id];
    const id = (turned ? ends.toReversed() : ends).join(' ');
    const other = links.get(id);
    const link: Link = other ?? {
      id,
      siteA: turned ? path.dest_site : path.source_site,
      siteB: turned ? path.source_site : path.dest_site,
      labelA: turned ? path.dest_label : path.source_label,
      labelB: turned ? path.source_label : path.dest_label,
      forward: null,
      reverse: null,
      health: path.health_status,
    };
    const health = worse(link.health, path.health_status);
    links.set(id, { ...link, ...(turned ? { reverse: path } : { forward: path }), health });
  }
  const key = (link: Link) => [link.siteA, link.siteB, link.labelA, link.labelB].join(' ');
  return [...links.values()].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The labels of both ends: `mpls`, or `broadband → lte` where they differ. */
export const labelsText = (from: string, to: string, arrow = ' → '): string =>
  from === to ? from : `${from}${arrow}${to}`;

export const linkLabel = (link: Link): string => labelsText(link.labelA, link.labelB, '–');
