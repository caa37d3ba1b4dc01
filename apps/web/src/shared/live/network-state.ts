import type { NetworkEvent, Path, Site } from './network-documents.ts';

/** Events kept on the page; older ones are in the controller. */
export const keptEvents = 200;

/**
 * Without any word from the controller for so long, what is shown counts as old. Sites are asked for every five seconds, so
 * that an answer is missing by then; much less would flicker on a slow line.
 */
export const staleAfterMs = 8000;

export interface Connection {
  readonly status: 'connecting' | 'connected' | 'disconnected';
  /** Unix ms. */
  readonly since: number;
}

export interface NetworkState {
  readonly connection: Connection;
  /** When the controller last told anything, unix ms. */
  readonly heardAt: number | null;
  /** Why the last question had no answer. */
  readonly problem: string | null;
  /** Whether sites and paths have been told once. */
  readonly loaded: boolean;
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
  /** Newest first. */
  readonly events: readonly NetworkEvent[];
}

export interface Snapshot {
  readonly sites: readonly Site[];
  readonly paths: readonly Path[];
  readonly events: readonly NetworkEvent[];
}

export type Change =
  | { readonly type: 'connection'; readonly at: number; readonly status: Connection['status'] }
  | { readonly type: 'snapshot'; readonly at: number; readonly snapshot: Snapshot }
  | { readonly type: 'sites'; readonly at: number; readonly sites: readonly Site[] }
  | { readonly type: 'problem'; readonly problem: string }
  | { readonly type: 'paths'; readonly at: number; readonly paths: readonly Path[] }
  | { readonly type: 'event'; readonly at: number; readonly event: NetworkEvent };

export const emptyNetwork = (now: number): NetworkState => ({
  connection: { status: 'connecting', since: now },
  heardAt: null,
  problem: null,
  loaded: false,
  sites: [],
  paths: new Map(),
  events: [],
});

/** The state after all changes of a frame; thousands of paths cost one copy of the map, not thousands. */
export function applyChanges(state: NetworkState, changes: readonly Change[]): NetworkState {
  let next = state;
  let paths: Map<string, Path> | null = null;
  const events: NetworkEvent[] = [];
  for (const change of changes) {
    if (change.type === 'paths') {
      paths ??= new Map(next.paths);
      for (const path of change.paths) paths.set(path.id, path);
      next = { ...next, heardAt: change.at };
    } else if (change.type === 'event') {
      events.push(change.event);
      next = { ...next, heardAt: change.at };
    } else {
      if (change.type === 'snapshot') paths = null;
      next = applyChange(next, change);
    }
  }
  if (paths !== null) next = { ...next, paths };
  return events.length === 0 ? next : { ...next, events: mergeEvents(next.events, events) };
}

/** Whether a path is in another state than it is shown in. */
export const isNews = ({ paths }: NetworkState, change: Change): boolean =>
  change.type === 'paths' &&
  change.paths.some(({ id, health_status }) => paths.get(id)?.health_status !== health_status);

function applyChange(state: NetworkState, change: Exclude<Change, { type: 'paths' | 'event' }>): NetworkState {
  switch (change.type) {
    case 'connection':
      if (state.connection.status === change.status) return state;
      return { ...state, connection: { status: change.status, since: change.at } };
    case 'snapshot':
      return {
        ...state,
        heardAt: change.at,
        problem: null,
        loaded: true,
        sites: change.snapshot.sites,
        paths: new Map(change.snapshot.paths.map((path) => [path.id, path])),
        events: mergeEvents(state.events, change.snapshot.events),
      };
    case 'sites':
      return { ...state, heardAt: change.at, problem: null, sites: change.sites };
    case 'problem':
      return { ...state, problem: change.problem };
  }
}

/** Whether the figures may be read as being of now, and if not, since when they are old. */
export function freshness(
  state: NetworkState,
  now: number,
): { readonly live: boolean; readonly oldSince: number | null } {
  const live = state.connection.status === 'connected' && state.heardAt !== null && now - state.heardAt <= staleAfterMs;
  return { live, oldSince: live ? null : state.heardAt };
}

function mergeEvents(known: readonly NetworkEvent[], more: readonly NetworkEvent[]): NetworkEvent[] {
  const byId = new Map([...known, ...more].map((event) => [event.id, event]));
  return [...byId.values()].toSorted((a, b) => b.timestamp - a.timestamp).slice(0, keptEvents);
}
