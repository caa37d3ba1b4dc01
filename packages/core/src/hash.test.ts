import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash, hashWithParts } from './hash.ts';

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
};

describe('the hash of content', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(reversed(value))).toBe(contentHash(value));
      }),
      { seed: 1 },
    );
  });
  it('depends on the order of items and on every value', () => {
    const texts = [{ a: [1, 2] }, { a: [2, 1] }, { a: [1, '2'] }, { a: [1, 2], b: null }].map(contentHash);
    expect(new Set(texts).size).toBe(texts.length);
  });
  it('is the SHA-256 of sorted JSON without white space', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: 3 }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":3,"d":2}]}');
    expect(contentHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

it('the hash of content is the same when parts of it were written before', () => {
  const part = { y: 2, x: [1, { z: 'é"' }] };
  const parts = new Map([[part, canonicalJson(part)]]);
  expect(hashWithParts({ b: [part, part], a: 1 }, parts)).toBe(contentHash({ a: 1, b: [part, part] }));
});
