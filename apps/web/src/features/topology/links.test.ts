import { describe, expect, it } from 'vitest';
import type { Path, PathHealth } from '../../shared/live/network-documents.ts';
import { bundleLabel, bundlesOf, linkLabel, linksOf } from './links.ts';
import { linesBetween } from './lines-between.ts';
import { placeSites } from './place-sites.ts';

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
    bandwidth: null,
    override: null,
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

describe('bundlesOf', () => {
  it('draws each link of a small network, naming its state unless all is well', () => {
    const bundles = bundlesOf(linksOf([path('hq/mpls', 'branch/mpls'), path('hq/lte', 'branch/lte', 'down')]));
    expect(bundles.map(bundleLabel)).toEqual(['lte down', 'mpls']);
  });

  it('draws one line per pair of sites where there would be too many, and counts the worst', () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const paths = names.flatMap((a) => names.filter((b) => b > a).map((b) => path(`${a}/x`, `${b}/x`)));
    const bundles = bundlesOf(linksOf([...paths, path('s0/y', 's1/y', 'down')]));
    expect(bundles).toHaveLength(66);
    expect(bundleLabel(bundles.at(-1)!)).toBe('1 of 2 down');
  });
});

describe('the drawing', () => {
  const frame = { width: 358, height: 340 };
  const radius = 30;
  const bundles = bundlesOf(linksOf([path('a/x', 'b/x'), path('a/y', 'b/y'), path('b/x', 'c/x'), path('a/x', 'c/x')]));
  const places = (...names: string[]) => placeSites(names, () => '', frame).sites;

  it('keeps every site inside the frame, on a narrow screen too, few and many', () => {
    const many = Array.from({ length: 200 }, (_, index) => `site ${index}`);
    for (const names of [['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e'], many]) {
      const placed = placeSites(names, (name) => `group ${name.length % 3}`, frame).sites;
      expect(placed.size).toBe(names.length);
      for (const { x, y } of placed.values()) {
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(frame.width);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(frame.height);
      }
    }
  });

  it('lays no two of many sites on the same spot', () => {
    const names = Array.from({ length: 200 }, (_, index) => `site ${index}`);
    const { sites, groups } = placeSites(names, (name) => name.at(-1)!, { width: 1200, height: 560 });
    expect(groups).toHaveLength(10);
    const spots = [...sites.values()];
    const nearest = spots.map((a) =>
      Math.min(...spots.filter((b) => b !== a).map((b) => Math.hypot(a.x - b.x, a.y - b.y))),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(3);
  });

  it('draws parallel links beside each other, starting at the rim of the site', () => {
    const placed = places('a', 'b', 'c');
    const drawn = linesBetween(bundles, placed, radius);
    const [first, second] = drawn.filter(({ bundle }) => bundle.siteA === 'a' && bundle.siteB === 'b');
    expect(Math.hypot(first!.from.x - second!.from.x, first!.from.y - second!.from.y)).toBeGreaterThan(10);
    const a = placed.get('a')!;
    expect(Math.hypot(first!.from.x - a.x, first!.from.y - a.y)).toBeCloseTo(radius);
  });

  it('leaves out links of sites that have no place', () => {
    expect(linesBetween(bundles, places('a', 'b'), radius)).toHaveLength(2);
  });
});
