/** What a column is sorted and filtered by; nothing comes last. */
export type CellValue = string | number | boolean | null | undefined;

/** A column by which rows can be ordered and found. */
export interface Sortable<Row> {
  readonly key: string;
  readonly value?: (row: Row) => CellValue;
}

/** `-loss` is backwards by `loss`. */
export const parseSort = (sort: string): { readonly key: string; readonly backwards: boolean } =>
  sort.startsWith('-') ? { key: sort.slice(1), backwards: true } : { key: sort, backwards: false };

/** What a click on a heading leads to: by it, then backwards, then as the list comes. */
export function nextSort(sort: string, key: string): string {
  const now = parseSort(sort);
  if (now.key !== key) return key;
  return now.backwards ? '' : `-${key}`;
}

/** Rows in the order of a column; what has no value comes last either way. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Sortable<Row>[], sort: string): readonly Row[] {
  const { key, backwards } = parseSort(sort);
  const value = columns.find((column) => column.key === key)?.value;
  if (value === undefined) return rows;
  const sign = backwards ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (isNothing(x) || isNothing(y)) return Number(isNothing(x)) - Number(isNothing(y));
    return sign * compare(x, y);
  });
}

const isNothing = (value: CellValue): value is null | undefined => value === null || value === undefined;

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(x: string | number | boolean, y: string | number | boolean): number {
  return typeof x === 'string' || typeof y === 'string'
    ? collator.compare(String(x), String(y))
    : Number(x) - Number(y);
}

/** Rows in which every word of a text is part of some column. */
export function filterRows<Row>(rows: readonly Row[], columns: readonly Sortable<Row>[], text: string): readonly Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const all = columns.map(({ value }) => String(value?.(row) ?? '').toLowerCase()).join('\n');
    return words.every((word) => all.includes(word));
  });
}
