import { describe, expect, it } from 'vitest';
import type { NetworkEvent, Path, PathHealth, Site } from '../../shared/live/network-documents.ts';
import { troublesOf } from './troubles-of.ts';

const path = (from: string, to: string, health: PathHealth = 'up'): Path => {
  const [sourceSite, sourceLabel] = from.split('/') as [string, string];
  const [destSite, destLabel] = to.split('/') as [string, string];
  return {
    id: `${from}>${to}`,
    source_endpoint_id: from,
    dest_endpoint_id: to,
    source_site: sourceSite,
    dest_site: destSite,
    source_label: sourceLabel,
    dest_label: destLabel,
    latency: 1,
    jitter: 0,
    loss: 0,
    mos: 4,
    bandwidth: null,
    health_status: health,
    since: 1000,
    reported_at: 0,
    stale: false,
    override: null,
  };
};
const site = (name: string, fields: Partial<Site> = {}): Site => ({
  id: name,
  name,
  location: '',
  latitude: null,
  longitude: null,
  tags: [],
  prefixes: [],
  status: 'online',
  config: { status: 'applied', reason: null },
  endpoints: [],
  ...fields,
});
const both = (a: string, b: string, health: PathHealth = 'up') => [path(a, b, health), path(b, a, health)];
const troubles = (
  paths: Path[],
  events: NetworkEvent[] = [],
  sites = ['hq', 'branch', 'cloud'].map((name) => site(name)),
) => troublesOf(sites, new Map(paths.map((each) => [each.id, each])), events);
const event = (type: string, metadata: Record<string, unknown>, fields: Partial<NetworkEvent> = {}): NetworkEvent => ({
  id: JSON.stringify(metadata),
  timestamp: 1000,
  event_type: type,
  severity: 'warning',
  message: 'told',
  metadata,
  site_id: null,
  site: 'branch',
  ...fields,
});

describe('what is not well', () => {
  it('is nothing where all paths are up', () => expect(troubles(both('hq/a', 'branch/a'))).toEqual([]));

  it('is told once for a line of which all paths are down', () => {
    const paths = [
      ...both('branch/mpls', 'hq/mpls', 'down'),
      ...both('branch/mpls', 'cloud/mpls', 'down'),
      ...both('hq/mpls', 'cloud/mpls'),
    ];
    expect(troubles(paths)).toMatchObject([{ title: 'mpls at branch is down: 4 paths', since: 1000, health: 'down' }]);
  });

  it('is told for a single path where the others of its lines are well', () => {
    const paths = [
      path('hq/a', 'branch/a', 'degraded'),
      path('branch/a', 'hq/a'),
      ...both('hq/a', 'cloud/a'),
      ...both('branch/a', 'cloud/a'),
    ];
    expect(troubles(paths)).toMatchObject([{ title: 'hq → branch a is degraded', path: '/paths/hq/a>branch/a' }]);
  });

  it('says why, and over what traffic goes instead, each policy once', () => {
    const bad = path('branch/mpls', 'hq/mpls', 'down');
    const move = (dest: string) => ({
      policy: 'voice',
      dest_site: dest,
      from: [{ path_id: bad.id, label: 'mpls', remote_label: 'mpls' }],
      to: [{ path_id: 'other', label: 'lte', remote_label: 'broadband' }],
    });
    const events = [
      event('failover', move('hq')),
      event('failover', move('cloud')),
      event('path_down', { path_id: bad.id, cause: '3 probes in a row unanswered' }),
    ];
    expect(troubles([bad, path('branch/mpls', 'cloud/mpls')], events)).toMatchObject([
      { why: '3 probes in a row unanswered', done: ['voice goes over lte → broadband: branch → hq, branch → cloud'] },
    ]);
  });

  it('is a site that is off the line, and not also its paths, of which nobody tells', () => {
    const sites = [site('hq'), site('branch', { status: 'offline' })];
    const found = troubles([path('branch/a', 'hq/a', 'down')], [], sites);
    expect(found.map(({ title }) => title)).toEqual(['branch is off the line']);
  });

  it('is a configuration that an edge did not take, with its reason', () => {
    const rejected = site('hq', { config: { status: 'rejected', reason: 'nft: no such set' } });
    expect(troubles([], [], [rejected])).toMatchObject([{ why: 'nft: no such set', path: '/sites/hq' }]);
  });
});
