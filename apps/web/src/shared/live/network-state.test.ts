import { describe, expect, it } from 'vitest';
import type { NetworkEvent, Path } from './network-documents.ts';
import {
  applyChanges,
  emptyNetwork,
  freshness,
  isNews,
  keptEvents,
  staleAfterMs,
  type Change,
  type Snapshot,
} from './network-state.ts';

const path = (fields: Partial<Path> = {}): Path => ({
  id: 'p1',
  source_endpoint_id: 'e1',
  dest_endpoint_id: 'e2',
  source_site: 'hq',
  dest_site: 'branch',
  source_label: 'mpls',
  dest_label: 'mpls',
  latency: 20,
  jitter: 1,
  loss: 0,
  mos: 4.4,
  bandwidth: null,
  health_status: 'up',
  since: 0,
  reported_at: 0,
  stale: false,
  override: null,
  ...fields,
});
const event = (id: string, timestamp: number): NetworkEvent => ({
  id,
  timestamp,
  event_type: 'path_up',
  severity: 'info',
  message: id,
  metadata: {},
  site: null,
  site_id: null,
});
const snapshot = (at: number, fields: Partial<Snapshot> = {}): Change => ({
  type: 'snapshot',
  at,
  snapshot: { sites: [], paths: [], events: [], ...fields },
});
const after = (...changes: Change[]) => applyChanges(emptyNetwork(0), changes);

describe('freshness', () => {
  const connected: Change = { type: 'connection', at: 1000, status: 'connected' };

  it('is not live before the first answer, though connected', () => {
    expect(freshness(after(connected), 1000)).toEqual({ live: false, oldSince: null });
  });

  it('is live while answers come', () => {
    expect(freshness(after(connected, snapshot(2000)), 2000 + staleAfterMs).live).toBe(true);
  });

  it('is old when a connected controller falls silent, since its last word', () => {
    const state = after(connected, snapshot(2000));
    expect(freshness(state, 2001 + staleAfterMs)).toEqual({ live: false, oldSince: 2000 });
  });

  it('is old at once when the connection is lost', () => {
    const state = after(connected, snapshot(2000), { type: 'connection', at: 2100, status: 'disconnected' });
    expect(freshness(state, 2100)).toEqual({ live: false, oldSince: 2000 });
  });
});

describe('paths', () => {
  it('take the figures of a live measurement', () => {
    const state = after(snapshot(1, { paths: [path()] }), { type: 'paths', at: 2, paths: [path({ latency: 33 })] });
    expect(state.paths.get('p1')?.latency).toBe(33);
  });

  it('measured before a snapshot of the same frame are those of the snapshot', () => {
    const old: Change = { type: 'paths', at: 1, paths: [path({ latency: 99 })] };
    expect(after(old, snapshot(2, { paths: [path()] })).paths.get('p1')?.latency).toBe(20);
  });

  it('are news where one is in another state than before, and where one is new', () => {
    const state = after(snapshot(1, { paths: [path()] }));
    const isNewsOf = (...paths: Path[]) => isNews(state, { type: 'paths', at: 2, paths });
    expect(isNewsOf(path({ latency: 99 }))).toBe(false);
    expect(isNewsOf(path(), path({ health_status: 'down' }))).toBe(true);
    expect(isNewsOf(path({ id: 'another' }))).toBe(true);
  });

  it('that a snapshot no longer has are gone', () => {
    expect(after(snapshot(1, { paths: [path()] }), snapshot(2)).paths.size).toBe(0);
  });
});

describe('events', () => {
  it('stand newest first, and one that arrives twice stands once', () => {
    const state = after(
      snapshot(1, { events: [event('a', 10), event('b', 20)] }),
      { type: 'event', at: 2, event: event('c', 15) },
      { type: 'event', at: 3, event: event('b', 20) },
    );
    expect(state.events.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('are kept up to a bound, the newest of them', () => {
    const many = Array.from({ length: keptEvents + 10 }, (_, index) => event(`e${index}`, index));
    const state = after(snapshot(1, { events: many }));
    expect(state.events).toHaveLength(keptEvents);
    expect(state.events[0]?.id).toBe(`e${keptEvents + 9}`);
  });
});
