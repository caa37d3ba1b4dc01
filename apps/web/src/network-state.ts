import type { Decision, NetworkEvent, Path, Policy, Site, Snapshot } from './api-types.ts';

/** Events kept on the page; older ones are in the controller. */
export const keptEvents = 200;

/**
 * Without any word from the controller for so long, what is shown counts as old. Counters are asked for every two seconds,
 * so that several answers are missing by then; much less would flicker on a slow line.
 */
export const staleAfterMs = 8000;

/** Rates are means over so long: longer than edges take between two reports of their counters. */
const rateWindowMs = 10_000;

export interface Connection {
  readonly status: 'connecting' | 'connected' | 'disconnected';
  /** Unix ms. */
  readonly since: number;
}

interface CounterSample {
  readonly at: number;
  readonly packets: number;
  readonly bytes: number;
}

/** Traffic of a policy; null until two samples are there. */
export interface Rates {
  readonly packetsPerSecond: number | null;
  readonly bitsPerSecond: number | null;
}

export interface NetworkState {
  readonly connection: Connection;
  /** When the controller last told anything, unix ms. */
  readonly heardAt: number | null;
  /** Why the last question had no answer. */
  readonly problem: string | null;
  readonly sites: readonly Site[];
  readonly paths: ReadonlyMap<string, Path>;
  readonly policies: readonly Policy[];
  readonly decisions: readonly Decision[];
  /** Newest first. */
  readonly events: readonly NetworkEvent[];
  readonly samples: ReadonlyMap<string, readonly CounterSample[]>;
}

export type Change =
  | { readonly type: 'connection'; readonly at: number; readonly status: Connection['status'] }
  | { readonly type: 'snapshot'; readonly at: number; readonly snapshot: Snapshot }
  | { readonly type: 'problem'; readonly problem: string }
  | { readonly type: 'path'; readonly at: number; readonly path: Path }
  | { readonly type: 'event'; readonly at: number; readonly event: NetworkEvent };

export const emptyNetwork = (at: number): NetworkState => ({
  connection: { status: 'connecting', since: at },
  heardAt: null,
  problem: null,
  sites: [],
  paths: new Map(),
  policies: [],
  decisions: [],
  events: [],
  samples: new Map(),
});

/** The state after a change. */
export function applyChange(state: NetworkState, change: Change): NetworkState {
  switch (change.type) {
    case 'connection':
      if (state.connection.status === change.status) return state;
      return { ...state, connection: { status: change.status, since: change.at } };
    case 'snapshot':
      return {
        ...state,
        ...change.snapshot,
        heardAt: change.at,
        problem: null,
        paths: new Map(change.snapshot.paths.map((path) => [path.id, path])),
        events: mergeEvents(state.events, change.snapshot.events),
        samples: sampled(state.samples, change.snapshot.policies, change.at),
      };
    case 'problem':
      return { ...state, problem: change.problem };
    case 'path':
      return { ...state, heardAt: change.at, paths: new Map(state.paths).set(change.path.id, change.path) };
    case 'event':
      return { ...state, heardAt: change.at, events: mergeEvents(state.events, [change.event]) };
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

/** Mean traffic of a policy over the samples of the last seconds. */
export function ratesOf(state: NetworkState, policyId: string): Rates {
  const samples = state.samples.get(policyId) ?? [];
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) {
    return { packetsPerSecond: null, bitsPerSecond: null };
  }
  const seconds = (last.at - first.at) / 1000;
  return {
    packetsPerSecond: (last.packets - first.packets) / seconds,
    bitsPerSecond: ((last.bytes - first.bytes) * 8) / seconds,
  };
}

function mergeEvents(known: readonly NetworkEvent[], more: readonly NetworkEvent[]): NetworkEvent[] {
  const byId = new Map([...known, ...more].map((event) => [event.id, event]));
  return [...byId.values()].toSorted((a, b) => b.timestamp - a.timestamp).slice(0, keptEvents);
}

/** Adds a sample per policy; a counter that went back was reset, and its earlier samples mean nothing. */
function sampled(
  before: NetworkState['samples'],
  policies: readonly Policy[],
  at: number,
): Map<string, readonly CounterSample[]> {
  return new Map(
    policies.map((policy) => {
      const sample = { at, packets: policy.packets_matched, bytes: policy.bytes_matched };
      const earlier = (before.get(policy.id) ?? []).filter((old) => at - old.at <= rateWindowMs);
      const reset = earlier.some((old) => old.packets > sample.packets || old.bytes > sample.bytes);
      return [policy.id, reset ? [sample] : [...earlier, sample]];
    }),
  );
}
