import { describe, expect, it } from 'vitest';
import { inOrder, moved, sameOrder } from './policy-order.ts';

const items = ['a', 'b', 'c'].map((id) => ({ id }));

describe('an order that somebody is making', () => {
  it('moves one to the place of another', () => {
    expect(moved(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a']);
  });

  it('leaves out what was deleted meanwhile, and keeps the place of what is new', () => {
    const ordered = inOrder([{ id: 'new' }, ...items.slice(0, 2)], ['c', 'b', 'a']);
    expect(ordered.map(({ id }) => id)).toEqual(['new', 'b', 'a']);
  });

  it('is nothing to save once it is as before', () => {
    expect(sameOrder(items, inOrder(items, ['a', 'b', 'c']))).toBe(true);
    expect(sameOrder(items, inOrder(items, ['b', 'a', 'c']))).toBe(false);
  });
});
