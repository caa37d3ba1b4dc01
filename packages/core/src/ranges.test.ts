import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersectRanges, subtractRanges, uniteRanges, type Ranges } from './ranges.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
const rangesOf = (list: readonly number[]): Ranges =>
  uniteRanges(list.map((each) => ({ first: BigInt(each), last: BigInt(each) })));
const held = (ranges: Ranges): number[] =>
  ranges.flatMap(({ first, last }) => Array.from({ length: Number(last - first) + 1 }, (_, i) => Number(first) + i));
const sorted = (list: Iterable<number>): number[] => [...list].toSorted((a, b) => a - b);

describe('ranges of numbers', () => {
  it('hold what sets of the same numbers hold', () => {
    fc.assert(
      fc.property(numbers, numbers, (one, two) => {
        const [a, b] = [rangesOf(one), rangesOf(two)];
        expect(held(a)).toEqual(sorted(one));
        expect(held(uniteRanges([...a, ...b]))).toEqual(sorted(new Set([...one, ...two])));
        expect(held(intersectRanges(a, b))).toEqual(sorted(one.filter((each) => two.includes(each))));
        expect(held(subtractRanges(a, b))).toEqual(sorted(one.filter((each) => !two.includes(each))));
      }),
    );
  });
});
