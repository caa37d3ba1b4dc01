import { describe, expect, it } from 'vitest';
import { filterRows, nextSort, sortRows } from './table-rows.ts';

const columns = [
  { key: 'name', value: (row: { name: string; loss: number | null }) => row.name },
  { key: 'loss', value: (row: { name: string; loss: number | null }) => row.loss },
];
const rows = [
  { name: 'site 10', loss: 3 },
  { name: 'site 9', loss: null },
  { name: 'Site 1', loss: 0 },
];
const names = (sort: string) => sortRows(rows, columns, sort).map(({ name }) => name);

describe('rows of a table', () => {
  it('are ordered by numbers within names', () => expect(names('name')).toEqual(['Site 1', 'site 9', 'site 10']));

  it('without a value come last, forwards and backwards', () => {
    expect(names('loss').at(-1)).toBe('site 9');
    expect(names('-loss')).toEqual(['site 10', 'Site 1', 'site 9']);
  });

  it('stay as they come where the order is unknown', () => expect(names('moon')).toEqual(rows.map(({ name }) => name)));

  it('are found by every word in any column', () => {
    expect(filterRows(rows, columns, 'SITE 3')).toEqual([rows[0]]);
    expect(filterRows(rows, columns, 'site berlin')).toEqual([]);
  });

  it('turn their order, and then forget it, with each click on a heading', () => {
    expect(['', 'loss', '-loss', 'name'].map((sort) => nextSort(sort, 'loss'))).toEqual(['loss', '-loss', '', 'loss']);
  });
});
