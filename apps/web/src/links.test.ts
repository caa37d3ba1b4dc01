import { describe, expect, it } from 'vitest';
import type { Path, PathHealth } from './api-types.ts';
import { linkLabel, linksOf } from './links.ts';
import { layoutTopology, nodeRadius } from './topology-layout.ts';

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
    health_status: health,
    since: 0,
    reported_at: 0,
    stale: false,
  };
};

describe('linksOf', () => {
  it('joins both directions between two endpoints, whichever comes first', () => {
    const paths = [path('hq/mpls', 'branch/mpls'), path('branch/mpls', 'hq/mpls')];
    const [link, ...others] = linksOf(paths.toReversed());
    expect(others).toEqual([]);
    expect(link).toMatchObject({ siteA: 'branch', siteB: 'hq', forward: paths[1], reverse: paths[0] });
  });

  it('takes the state of the worse direction', () => {
    const [link] = linksOf([path('hq/a', 'branch/a', 'up'), path('branch/a', 'hq/a', 'down')]);
    expect(link?.health).toBe('down');
  });

  it('keeps links of different labels apart and names both ends', () => {
    const links = linksOf([path('branch/lte', 'hq/broadband'), path('branch/broadband', 'hq/broadband')]);
    expect(links.map(linkLabel)).toEqual(['broadband', 'lte–broadband']);
  });
});

describe('layoutTopology', () => {
  const size = { width: 358, height: 340 };
  const links = linksOf([path('a/x', 'b/x'), path('a/y', 'b/y'), path('b/x', 'c/x'), path('a/x', 'c/x')]);

  it('keeps every node inside the frame, on a narrow screen too', () => {
    for (const names of [['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e']]) {
      for (const { x, y } of layoutTopology(names, [], size).nodes.values()) {
        expect(x).toBeGreaterThanOrEqual(nodeRadius);
        expect(x).toBeLessThanOrEqual(size.width - nodeRadius);
        expect(y).toBeGreaterThanOrEqual(nodeRadius);
        expect(y).toBeLessThanOrEqual(size.height - nodeRadius);
      }
    }
  });

  it('draws parallel links beside each other, starting at the rim of the node', () => {
    const { nodes, links: drawn } = layoutTopology(['a', 'b', 'c'], links, size);
    const [first, second] = drawn.filter(({ link }) => link.siteA === 'a' && link.siteB === 'b');
    expect(Math.hypot(first!.from.x - second!.from.x, first!.from.y - second!.from.y)).toBeGreaterThan(10);
    const a = nodes.get('a')!;
    expect(Math.hypot(first!.from.x - a.x, first!.from.y - a.y)).toBeCloseTo(nodeRadius);
  });

  it('leaves out links of sites that are not there', () => {
    expect(layoutTopology(['a', 'b'], links, size).links).toHaveLength(2);
  });
});
