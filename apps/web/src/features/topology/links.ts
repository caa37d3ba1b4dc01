import { labelsText } from '../../shared/figures/format.ts';
import { badnessOf, worse } from '../../shared/health/health.tsx';
import type { Path, PathHealth } from '../../shared/live/network-documents.ts';

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

/** The links that the directed paths form, in the order of their names. */
export function linksOf(paths: Iterable<Path>): Link[] {
  const links = new Map<string, { readonly order: string; link: Link }>();
  for (const path of paths) {
    const turned = path.source_site > path.dest_site;
    const [endA, endB] = turned
      ? [path.dest_endpoint_id, path.source_endpoint_id]
      : [path.source_endpoint_id, path.dest_endpoint_id];
    const id = `${endA} ${endB}`;
    const known = links.get(id);
    const direction = turned ? { reverse: path } : { forward: path };
    if (known === undefined) {
      const link = { ...emptyLink(id, path, turned), ...direction };
      const order = [link.siteA, link.siteB, link.labelA, link.labelB].join('\t');
      links.set(id, { order, link });
    } else {
      known.link = { ...known.link, ...direction, health: worse(known.link.health, path.health_status) };
    }
  }
  const ordered = [...links.values()].toSorted((a, b) => (a.order < b.order ? -1 : 1));
  return ordered.map(({ link }) => link);
}

const emptyLink = (id: string, path: Path, turned: boolean): Link => ({
  id,
  siteA: turned ? path.dest_site : path.source_site,
  siteB: turned ? path.source_site : path.dest_site,
  labelA: turned ? path.dest_label : path.source_label,
  labelB: turned ? path.source_label : path.dest_label,
  forward: null,
  reverse: null,
  health: path.health_status,
});

/** What is drawn as one line: a link, or in a large network all links between two sites. */
export interface Bundle {
  readonly id: string;
  readonly siteA: string;
  readonly siteB: string;
  readonly links: readonly Link[];
  /** The worst among its links. */
  readonly health: PathHealth;
}

/** More lines than these cannot be told apart on a screen. */
export const mostLinesDrawn = 60;

/** One bundle per link; where those are too many to draw one per pair of sites, the worst last and so on top. */
export function bundlesOf(links: readonly Link[]): Bundle[] {
  const groups = Map.groupBy(links, (link) =>
    links.length > mostLinesDrawn ? `${link.siteA}\t${link.siteB}` : link.id,
  );
  const bundles = [...groups].map(([id, group]) => ({
    id,
    siteA: group[0]!.siteA,
    siteB: group[0]!.siteB,
    links: group,
    health: group.map((link) => link.health).reduce(worse),
  }));
  return bundles.length === links.length
    ? bundles
    : bundles.toSorted((a, b) => badnessOf(a.health) - badnessOf(b.health));
}

export const linkLabel = (link: Link): string => labelsText(link.labelA, link.labelB, '–');

/** What stands on a line: the labels of a link and its state unless all is well; of several links only what is wrong. */
export function bundleLabel({ links, health }: Bundle): string {
  const name = links.length === 1 ? linkLabel(links[0]!) : '';
  if (health === 'up') return name;
  if (links.length === 1) return `${name} ${health}`;
  return `${links.filter((link) => link.health === health).length} of ${links.length} ${health}`;
}
