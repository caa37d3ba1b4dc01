import { describe, expect, it } from 'vitest';
import type { NetworkEvent, Path, Policy, Snapshot } from './api-types.ts';
import {
  applyChange,
  emptyNetwork,
  freshness,
  keptEvents,
  ratesOf,
  staleAfterMs,
  type Change,
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
  health_status: 'up',
  since: 0,
  reported_at: 0,
  stale: false,
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
});
const policy = (packets: number, bytes: number): Policy => ({
  id: '1',
  priority: 0,
  name: 'default',
  description: '',
  enabled: true,
  is_default: true,
  packets_matched: packets,
  bytes_matched: bytes,
});
const snapshot = (at: number, fields: Partial<Snapshot> = {}): Change => ({
  type: 'snapshot',
  at,
  snapshot: { sites: [], paths: [], policies: [], decisions: [], events: [], ...fields },
});
const after = (...changes: Change[]) => changes.reduce(applyChange, emptyNetwork(0));

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
    const state = after(snapshot(1, { paths: [path()] }), { type: 'path', at: 2, path: path({ latency: 33 }) });
    expect(state.paths.get('p1')?.latency).toBe(33);
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

describe('rates', () => {
  it('are unknown after one sample', () => {
    expect(ratesOf(after(snapshot(0, { policies: [policy(5, 500)] })), '1')).toEqual({
      packetsPerSecond: null,
      bitsPerSecond: null,
    });
  });

  it('are means over the last seconds', () => {
    const state = after(
      snapshot(0, { policies: [policy(0, 0)] }),
      snapshot(2000, { policies: [policy(100, 10_000)] }),
      snapshot(4000, { policies: [policy(400, 40_000)] }),
    );
    expect(ratesOf(state, '1')).toEqual({ packetsPerSecond: 100, bitsPerSecond: 80_000 });
  });

  it('forget what is older than the window', () => {
    const state = after(
      snapshot(0, { policies: [policy(0, 0)] }),
      snapshot(20_000, { policies: [policy(1000, 0)] }),
      snapshot(22_000, { policies: [policy(1000, 0)] }),
    );
    expect(ratesOf(state, '1').packetsPerSecond).toBe(0);
  });

  it('start again after a counter was reset, instead of going below zero', () => {
    const state = after(snapshot(0, { policies: [policy(100, 1)] }), snapshot(1000, { policies: [policy(10, 1)] }));
    expect(ratesOf(state, '1').packetsPerSecond).toBeNull();
  });
});
