import type { Path } from '../../shared/live/network-documents.ts';

/** Paths that are not well for one reason, as far as can be told: all paths of one endpoint, or a single one. */
export interface PathCluster {
  /** Null for a single path. */
  readonly endpoint: { readonly id: string; readonly site: string; readonly label: string } | null;
  readonly paths: readonly Path[];
}

interface End {
  readonly id: string;
  readonly site: string;
  readonly label: string;
}

const endsOf = (path: Path): readonly [End, End] => [
  { id: path.source_endpoint_id, site: path.source_site, label: path.source_label },
  { id: path.dest_endpoint_id, site: path.dest_site, label: path.dest_label },
];

const isBad = ({ health_status: health }: Path): boolean => health === 'degraded' || health === 'down';

/**
 * The paths that are degraded or down. Where all paths of an endpoint are, its line is most likely what is wrong: they are
 * told as one. A path of two such endpoints goes with the one that has more of them.
 */
export function clusterPaths(paths: readonly Path[]): PathCluster[] {
  const byEndpoint = Map.groupBy(
    paths.flatMap((path) => endsOf(path).map((end) => ({ end, path }))),
    ({ end }) => end.id,
  );
  const lines = [...byEndpoint.values()]
    .filter((group) => group.length > 2 && group.every(({ path }) => isBad(path)))
    .toSorted((a, b) => b.length - a.length);
  const taken = new Set<string>();
  const clusters: PathCluster[] = [];
  for (const line of lines) {
    const own = line.map(({ path }) => path).filter(({ id }) => !taken.has(id));
    if (own.length === 0) continue;
    for (const { id } of own) taken.add(id);
    clusters.push({ endpoint: line[0]!.end, paths: own });
  }
  const single = paths.filter((path) => isBad(path) && !taken.has(path.id));
  return [...clusters, ...single.map((path) => ({ endpoint: null, paths: [path] }))];
}
