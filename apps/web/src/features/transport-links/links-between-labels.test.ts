import { describe, expect, it } from 'vitest';
import { joins, lostWith, pairsOf, toggled } from './links-between-labels.ts';

const links = [
  { a: 'mpls', b: 'mpls' },
  { a: 'broadband', b: 'lte' },
];

describe('links between labels', () => {
  it('are asked for each pair once, and for labels that no uplink has any more', () => {
    expect(pairsOf(['lte', 'broadband'], [{ a: 'sat', b: 'lte' }])).toEqual([
      { a: 'broadband', b: 'broadband' },
      { a: 'broadband', b: 'lte' },
      { a: 'broadband', b: 'sat' },
      { a: 'lte', b: 'lte' },
      { a: 'lte', b: 'sat' },
      { a: 'sat', b: 'sat' },
    ]);
  });

  it('join in either order, and all where there are none', () => {
    expect([joins(links, 'lte', 'broadband'), joins(links, 'lte', 'lte'), joins(null, 'a', 'b')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('come and go one by one', () => {
    expect(toggled(links, { a: 'lte', b: 'broadband' })).toEqual([{ a: 'mpls', b: 'mpls' }]);
    expect(toggled(links, { a: 'lte', b: 'lte' })).toEqual([...links, { a: 'lte', b: 'lte' }]);
  });

  it('tell which paths would be lost', () => {
    const path = (from: string, to: string) => ({ source_label: from, dest_label: to });
    const [kept, lost] = [path('lte', 'broadband'), path('mpls', 'lte')];
    expect(lostWith(links, [kept, lost])).toEqual([lost]);
    expect(lostWith(null, [kept, lost])).toEqual([]);
  });
});
