import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListDefinition, type ListRequest } from './list-definition.ts';
import { containing, exactly, oneOf, since, whether } from './list-filters.ts';

interface Item {
  readonly id: string;
  readonly name: string;
  readonly size: number | null;
  readonly isOpen: boolean;
}

const list = new ListDefinition<Item>({
  id: (item) => item.id,
  sorts: { name: (item) => item.name, size: (item) => item.size, open: (item) => item.isOpen },
  filters: {
    name: exactly((item) => item.name, 'Name'),
    kind: oneOf((item) => item.name.slice(0, 1), 'First letter'),
    search: containing((item) => [item.name, null], 'Part of the name'),
    open: whether((item) => item.isOpen, 'Whether it is open'),
    size_since: since((item) => item.size, 'At least this size'),
  },
});

const item = fc.record({
  id: fc.uuid(),
  name: fc.string({ unit: 'grapheme', maxLength: 3 }),
  size: fc.option(fc.integer({ min: -3, max: 3 })),
  isOpen: fc.boolean(),
});
const items = fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 40 });
const order = fc.constantFrom('name', '-name', 'size', '-size', 'open,-size', '-open,name,-size');

/** All pages, one after the other; `meanwhile` changes the list between two of them. */
function walk(
  all: readonly Item[],
  request: ListRequest,
  meanwhile: (page: number) => readonly Item[] = () => all,
): Item[] {
  const told: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; ; page++) {
    const { items: some, nextCursor } = list.page(page === 0 ? all : meanwhile(page), { ...request, cursor });
    told.push(...some);
    if (nextCursor === null) return told;
    cursor = nextCursor;
  }
}

describe('pages', () => {
  it('of every size tell the list as it is told at once, in every order', () => {
    fc.assert(
      fc.property(items, order, fc.integer({ min: 1, max: 7 }), (all, sort, limit) => {
        expect(walk(all, { sort, limit })).toEqual(list.page(all, { sort }).items);
      }),
    );
  });

  it('tell what stays once, whatever comes and goes between them', () => {
    fc.assert(
      fc.property(items, items, order, fc.integer({ min: 1, max: 7 }), (stay, come, sort, limit) => {
        const ids = new Set(stay.map(({ id }) => id));
        const others = come.filter(({ id }) => !ids.has(id));
        const told = walk(stay, { sort, limit }, (page) => [...others.slice(page % 3), ...stay]);
        const kept = told.filter(({ id }) => ids.has(id)).map(({ id }) => id);
        expect(kept.toSorted()).toEqual([...ids].toSorted());
      }),
    );
  });

  it('go on after an item that is gone', () => {
    const all = ['a', 'b', 'c'].map((name) => ({ id: name, name, size: 1, isOpen: true }));
    const { nextCursor } = list.page(all, { limit: 2 });
    const rest = list.page([all[0]!, all[2]!], { limit: 2, cursor: nextCursor! });
    expect(rest).toEqual({ items: [all[2]], nextCursor: null });
  });

  it.each(['abc', '', Buffer.from('[]').toString('base64url'), Buffer.from('["name",{}]').toString('base64url')])(
    'refuse a cursor that nobody wrote for them: %s',
    (cursor) => {
      expect(() => list.page([], { cursor })).toThrow(/cursor/);
    },
  );

  it('refuse the cursor of another order', () => {
    const all = [1, 2].map((size) => ({ id: `${size}`, name: 'x', size, isOpen: true }));
    const { nextCursor } = list.page(all, { sort: 'size', limit: 1 });
    expect(() => list.page(all, { sort: 'name', cursor: nextCursor! })).toThrow(/cursor/);
  });
});

describe('orders', () => {
  it('put what has no value last in either direction', () => {
    const all = [null, 2, 1].map((size) => ({ id: `${size}`, name: 'x', size, isOpen: true }));
    const sizes = (sort: string) => list.page(all, { sort }).items.map(({ size }) => size);
    expect([sizes('size'), sizes('-size')]).toEqual([
      [1, 2, null],
      [2, 1, null],
    ]);
  });
});

describe('filters', () => {
  const all: Item[] = [
    { id: '1', name: 'Berlin', size: 5, isOpen: true },
    { id: '2', name: 'Bonn', size: null, isOpen: false },
    { id: '3', name: 'Vienna', size: 9, isOpen: true },
  ];
  it.each<[ListRequest, string[]]>([
    [{ name: 'berlin' }, ['1']],
    [{ name: 'Ber' }, []],
    [{ search: 'N' }, ['1', '2', '3']],
    [{ kind: ['b', 'V'], open: true }, ['1', '3']],
    [{ size_since: 6 }, ['3']],
    [{ open: false, search: 'vi' }, []],
  ])('%j keeps %j', (request, ids) => {
    expect(list.page(all, request).items.map(({ id }) => id)).toEqual(ids);
  });
});
