import { describe, expect, it } from 'vitest';
import { isUuid, pathId, type EndpointId } from './ids.ts';

const [a, b] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as EndpointId[];

describe('the id of a path', () => {
  it('is a name-based UUID', () => {
    expect(isUuid(pathId(a!, b!))).toBe(true);
    expect(pathId(a!, b!)).toMatch(/^.{14}5.{4}[89ab]/);
  });
  it('is the same wherever and whenever it is made', () => expect(pathId(a!, b!)).toBe(pathId(a!, b!)));
  it('differs with the direction', () => expect(pathId(a!, b!)).not.toBe(pathId(b!, a!)));
});

describe('a UUID', () => {
  it.each(['', 'x', '11111111-1111-4111-8111-11111111111', 'g1111111-1111-4111-8111-111111111111'])(
    'is not "%s"',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
