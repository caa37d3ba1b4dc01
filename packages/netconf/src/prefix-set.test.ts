import { addressAt, prefix, prefixContains, type Prefix } from '@patronus/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disjointPrefixes } from './prefix-set.ts';

describe('disjoint prefixes', () => {
  it('leaves out what lies in another prefix, and the other family', () => {
    const given = ['10.1.2.0/24', '10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/8', '2001:db8::/32'].map(prefix);
    expect(disjointPrefixes(given, 'inet')).toEqual(['10.0.0.0/8', '11.0.0.0/8']);
    expect(disjointPrefixes(given, 'inet6')).toEqual(['2001:db8::/32']);
  });

  it('covers the same addresses, each once', () => {
    const small = fc
      .record({ length: fc.integer({ min: 24, max: 32 }), offset: fc.integer({ min: 0, max: 1023 }) })
      .map(({ length, offset }): Prefix => {
        const size = 2 ** (32 - length);
        return prefix(`${addressAt(prefix('10.0.0.0/22'), offset - (offset % size))}/${length}`);
      });
    const addresses = Array.from({ length: 64 }, (_, i) => addressAt(prefix('10.0.0.0/22'), i * 16 + (i % 16)));
    fc.assert(
      fc.property(fc.array(small, { maxLength: 20 }), (given) => {
        const kept = disjointPrefixes(given, 'inet');
        for (const address of addresses) {
          const covered = given.some((each) => prefixContains(each, address));
          expect(kept.filter((each) => prefixContains(each, address))).toHaveLength(covered ? 1 : 0);
        }
      }),
    );
  });

  it('takes 5,000 prefixes in well under a second', () => {
    const many = Array.from({ length: 5000 }, (_, i) => prefix(`10.${i >> 8}.${i & 255}.0/24`));
    const start = performance.now();
    expect(disjointPrefixes(many, 'inet')).toHaveLength(5000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
