import { prefix, prefixesOverlap } from '@patronus/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findOverlaps } from './prefix-overlap.ts';

const own = (...prefixes: string[]) =>
  prefixes.map((each, index) => ({ prefix: prefix(each), owner: `site ${index}` }));

describe('findOverlaps', () => {
  it('finds a prefix inside another and the one equal to it, not the neighbour', () => {
    const overlaps = findOverlaps(own('10.0.0.0/16', '10.0.5.0/24', '10.1.0.0/16', '10.1.0.0/16'));
    expect(overlaps.map(({ a, b }) => [a.owner, b.owner])).toEqual([
      ['site 0', 'site 1'],
      ['site 2', 'site 3'],
    ]);
  });

  it('keeps the families apart', () => {
    expect(findOverlaps(own('0.0.0.0/0', '::/0'))).toEqual([]);
    expect(findOverlaps(own('2001:db8::/32', '2001:db8:5::/48'))).toHaveLength(1);
  });

  it('finds something exactly when a pair overlaps, whatever the prefixes and their order', () => {
    const some = fc.tuple(fc.nat(255), fc.nat(3), fc.integer({ min: 8, max: 24 })).map(([a, b, length]) => {
      const bits = ((10 << 24) | (a << 16) | (b << 8)) & (-1 << (32 - length));
      return prefix([24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.') + `/${length}`);
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (prefixes) => {
        const anyPair = prefixes.some((a, i) => prefixes.slice(i + 1).some((b) => prefixesOverlap(a, b)));
        const found = findOverlaps(prefixes.map((each, index) => ({ prefix: each, owner: String(index) })));
        expect(found.length > 0).toBe(anyPair);
        for (const { a, b } of found) expect(prefixesOverlap(a.prefix, b.prefix)).toBe(true);
      }),
    );
  });
});
