import { labelsText, plural } from '../../shared/figures/format.ts';
import { badnessOf, worse, type Health } from '../../shared/health/health.tsx';
import type { NetworkEvent, Path, Site } from '../../shared/live/network-documents.ts';
import { clusterPaths, type PathCluster } from './cluster-paths.ts';

/** Something that is not well. */
export interface Trouble {
  readonly key: string;
  readonly health: Health;
  readonly title: string;
  /** Unix ms. */
  readonly since: number | null;
  readonly why: string | null;
  /** What Patronus did about it. */
  readonly done: readonly string[];
  /** The page that tells more. */
  readonly path: string;
}

/** What is not well in a network, the worst and then the newest first. Events say why, and what was done. */
export function troublesOf(
  sites: readonly Site[],
  paths: ReadonlyMap<string, Path>,
  events: readonly NetworkEvent[],
): Trouble[] {
  const offline = new Set(sites.filter(({ status }) => status !== 'online').map(({ name }) => name));
  const known = [...paths.values()].filter((path) => !offline.has(path.source_site));
  return [
    ...sites.flatMap((site) => siteTroubles(site, events)),
    ...clusterPaths(known).map((cluster) => pathTrouble(cluster, events)),
  ].toSorted((a, b) => badnessOf(b.health) - badnessOf(a.health) || (b.since ?? 0) - (a.since ?? 0));
}

function siteTroubles(site: Site, events: readonly NetworkEvent[]): Trouble[] {
  const path = `/sites/${encodeURIComponent(site.name)}`;
  const newest = (...types: string[]) =>
    events.find((event) => types.includes(event.event_type) && event.site === site.name);
  const troubles: Trouble[] = [];
  if (site.status === 'offline') {
    troubles.push({
      key: `offline ${site.id}`,
      health: 'down',
      title: `${site.name} is off the line`,
      since: newest('site_offline')?.timestamp ?? null,
      why: 'Its edge has no connection to the controller; it goes on with what it knows.',
      done: [],
      path,
    });
  }
  if (site.config.status === 'rejected') {
    const event = newest('config_rejected', 'config_rolled_back');
    troubles.push({
      key: `rejected ${site.id}`,
      health: 'down',
      title: `${site.name} did not take its configuration`,
      since: event?.timestamp ?? null,
      why: site.config.reason,
      done: ['The configuration before is in force again.'],
      path,
    });
  }
  return troubles;
}

function pathTrouble({ endpoint, paths }: PathCluster, events: readonly NetworkEvent[]): Trouble {
  const ids = new Set(paths.map(({ id }) => id));
  const [first] = paths;
  const health = paths.map((path) => path.health_status).reduce(worse);
  const since = Math.min(...paths.map((path) => path.since ?? Number.POSITIVE_INFINITY));
  const cause = events.find(
    ({ event_type: type, metadata }) => type === `path_${health}` && ids.has(String(metadata['path_id'])),
  );
  return {
    key: endpoint?.id ?? first!.id,
    health,
    title:
      endpoint === null
        ? `${first!.source_site} → ${first!.dest_site} ${labelsText(first!.source_label, first!.dest_label)} is ${health}`
        : `${endpoint.label} at ${endpoint.site} is ${health}: ${plural(paths.length, 'path')}`,
    since: Number.isFinite(since) ? since : null,
    why: cause === undefined ? null : ((cause.metadata['cause'] as string | undefined) ?? cause.message),
    done: movesOff(ids, since, events),
    path: endpoint === null ? `/paths/${first!.id}` : `/sites/${encodeURIComponent(endpoint.site)}`,
  };
}

const moves = new Set(['failover', 'better_path', 'policy_unserved']);
/** A move may be told of just before the state that caused it. */
const aroundMs = 2000;

interface NamedPath {
  readonly path_id?: string;
  readonly label?: string;
  readonly remote_label?: string;
}
const pathsIn = (value: unknown): readonly NamedPath[] => (Array.isArray(value) ? (value as NamedPath[]) : []);

/** What traffic left some paths for, a line for each policy and new path: `voice goes over broadband: a → b, b → a`. */
function movesOff(ids: ReadonlySet<string>, since: number, events: readonly NetworkEvent[]): string[] {
  const left = events.filter(
    ({ event_type: type, timestamp, metadata }) =>
      moves.has(type) &&
      (!Number.isFinite(since) || timestamp >= since - aroundMs) &&
      pathsIn(metadata['from']).some(({ path_id: id }) => ids.has(id ?? '')),
  );
  const groups = Map.groupBy(left, ({ metadata }) => {
    const to = pathsIn(metadata['to']).map(({ label = '', remote_label: remote = '' }) => labelsText(label, remote));
    const way = to.length === 0 ? 'has no path left' : `goes over ${to.join(', ')}`;
    return `${String(metadata['policy'])} ${way}`;
  });
  return [...groups].map(([what, group]) => {
    const between = new Set(group.map(({ site, metadata }) => `${site} → ${String(metadata['dest_site'])}`));
    return `${what}: ${[...between].join(', ')}`;
  });
}
