import { labelsText } from '../../shared/figures/format.ts';
import { badnessOf, type Health } from '../../shared/health/health.tsx';
import type { NetworkEvent, Path, Site } from '../../shared/live/network-documents.ts';

/** Something that is not well. */
export interface Trouble {
  readonly key: string;
  readonly health: Health;
  readonly title: string;
  /** Unix ms. */
  readonly since: number | null;
  readonly why: string | null;
  /** What Patronus did about it, newest first. */
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
  return [
    ...sites.flatMap((site) => siteTrouble(site, events)),
    ...[...paths.values()].flatMap((path) => (offline.has(path.source_site) ? [] : pathTrouble(path, events))),
  ].toSorted((a, b) => badnessOf(b.health) - badnessOf(a.health) || (b.since ?? 0) - (a.since ?? 0));
}

function siteTrouble(site: Site, events: readonly NetworkEvent[]): Trouble[] {
  const path = `/sites/${encodeURIComponent(site.name)}`;
  const newest = (type: string) => events.find((event) => event.event_type === type && event.site === site.name);
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
    const event = newest('config_rejected') ?? newest('config_rolled_back');
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

const moves = new Set(['failover', 'better_path', 'policy_unserved']);

function pathTrouble(path: Path, events: readonly NetworkEvent[]): Trouble[] {
  if (path.health_status === 'up' || path.health_status === 'unknown') return [];
  const cause = events.find(
    ({ event_type: type, metadata }) => type === `path_${path.health_status}` && metadata['path_id'] === path.id,
  );
  const done = events.filter(
    (event) =>
      moves.has(event.event_type) &&
      (path.since === null || event.timestamp >= path.since - aroundMs) &&
      pathsIn(event.metadata['from']).includes(path.id),
  );
  return [
    {
      key: path.id,
      health: path.health_status,
      title: `${path.source_site} → ${path.dest_site} ${labelsText(path.source_label, path.dest_label)} is ${path.health_status}`,
      since: path.since,
      why: cause?.message ?? null,
      done: done.map(({ message }) => message),
      path: `/paths/${path.id}`,
    },
  ];
}

/** A move may be told of just before the state that caused it. */
const aroundMs = 2000;

const pathsIn = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.map((each: { path_id?: unknown } | null) => each?.path_id) : [];
