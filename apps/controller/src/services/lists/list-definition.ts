import { Type, type TSchema } from 'typebox';
import { InvalidInputError } from '@patronus/core';
import { maxPageSize, readJsonCursor, writeCursor, type Page, type PageRequest } from '../page.ts';
import { folded, type ListFilter } from './list-filters.ts';

/** What a list is ordered by; nothing comes last. */
type SortKey = string | number | boolean | null;

export interface ListRules<T> {
  /** Tells items apart, and orders those that are otherwise equal. */
  readonly id: (item: T) => string | number;
  /** By what it can be ordered; the first is the order where nobody says. */
  readonly sorts: Readonly<Record<string, (item: T) => SortKey>>;
  /** The order where nobody says, when it is not the first of `sorts`. */
  readonly order?: string;
  readonly filters: Readonly<Record<string, ListFilter<T>>>;
  /** What else a caller may say, which decides what is loaded. */
  readonly extra?: Readonly<Record<string, TSchema>>;
}

/** A request for a page in the API's words, as the schema of its list allows it. */
export type ListRequest = PageRequest & Readonly<Record<string, unknown>>;

/** One column of an order. */
interface Sort<T> {
  readonly direction: 1 | -1;
  readonly read: (item: T) => SortKey;
}

/** Enough for every order that means something. */
const maxSorts = 3;

/**
 * Narrows, orders and pages a list that is in memory. A cursor holds the place in the order and not a number of items, so
 * that nothing is left out or told twice when items come and go between two pages.
 */
export class ListDefinition<T> {
  /** What callers may say, by name; all of it is optional. */
  readonly fields: Readonly<Record<string, TSchema>>;
  readonly #rules: ListRules<T>;

  constructor(rules: ListRules<T>) {
    this.#rules = rules;
    const filters = Object.entries(rules.filters).map(([name, { schema }]) => [name, schema] as const);
    const names = Object.keys(rules.sorts);
    const column = `-?(${names.join('|')})`;
    const sort = Type.String({
      pattern: `^${column}(,${column}){0,${maxSorts - 1}}$`,
      maxLength: 100,
      description: `Any of ${names.join(', ')}, with - for the reverse, such as -${names.at(-1)}; at most ${maxSorts} with commas`,
    });
    this.fields = { ...pageFields, sort, ...Object.fromEntries(filters), ...rules.extra };
  }

  /** The schema of a request, for REST and for GraphQL alike. */
  get schema() {
    const optional = Object.entries(this.fields).map(([name, schema]) => [name, Type.Optional(schema)]);
    return Type.Object(Object.fromEntries(optional) as Record<string, TSchema>, { additionalProperties: false });
  }

  /** Errors: `invalid_input` for a cursor that was not written for this list and this order. */
  page(all: readonly T[], request: ListRequest): Page<T> {
    const { limit = maxPageSize, cursor } = request;
    const { sort } = request;
    const order = typeof sort === 'string' ? sort : (this.#rules.order ?? Object.keys(this.#rules.sorts)[0] ?? '');
    const sorts = this.#sortsOf(order);
    const compare = (a: T, b: T): number => compareKeys(sorts, this.#keys(sorts, a), this.#keys(sorts, b));
    const kept = this.#narrowed(all, request).toSorted(compare);
    const after = cursor === undefined ? null : placeOf(cursor, order, sorts.length);
    const first = after === null ? 0 : kept.findIndex((item) => compareKeys(sorts, this.#keys(sorts, item), after) > 0);
    const items = first === -1 ? [] : kept.slice(first, first + limit);
    const last = items.at(-1);
    const isEnd = last === undefined || last === kept.at(-1);
    return { items, nextCursor: isEnd ? null : writeCursor(JSON.stringify([order, ...this.#keys(sorts, last)])) };
  }

  #narrowed(all: readonly T[], request: ListRequest): readonly T[] {
    const asked = Object.entries(this.#rules.filters).filter(([name]) => request[name] !== undefined);
    return asked.length === 0
      ? all
      : all.filter((item) => asked.every(([name, filter]) => filter.keeps(item, request[name])));
  }

  #sortsOf(order: string): Sort<T>[] {
    return order.split(',').map((column) => {
      const read = this.#rules.sorts[column.replace(/^-/, '')];
      if (read === undefined) throw new RangeError(`the list has no order "${column}"`);
      return { direction: column.startsWith('-') ? -1 : 1, read };
    });
  }

  #keys(sorts: readonly Sort<T>[], item: T): SortKey[] {
    return [...sorts.map(({ read }) => read(item)), this.#rules.id(item)];
  }
}

/** What all lists take. */
export const pageFields = {
  limit: Type.Integer({ minimum: 1, maximum: maxPageSize, description: 'How many at most' }),
  cursor: Type.String({ maxLength: 2_000, description: '`next_cursor` of the page before' }),
};

function compareKeys<T>(sorts: readonly Sort<T>[], a: readonly SortKey[], b: readonly SortKey[]): number {
  for (const [index, key] of a.entries()) {
    const compared = compareKey(key, b[index] ?? null);
    if (compared !== 0) return key === null || b[index] === null ? compared : compared * (sorts[index]?.direction ?? 1);
  }
  return 0;
}

/** What is not there comes last in either direction. */
function compareKey(a: SortKey, b: SortKey): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a !== 'string' || typeof b !== 'string') return Number(a) - Number(b);
  return compareText(folded(a), folded(b)) || compareText(a, b);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function placeOf(cursor: string, order: string, columns: number): SortKey[] {
  const [written, ...keys] = readJsonCursor(cursor);
  if (written === order && keys.length === columns + 1 && keys.every(isSortKey)) return keys;
  const problem = 'belongs to another list or order';
  throw new InvalidInputError([{ field: 'cursor', problem, remedy: 'keep sort as it was, or leave the cursor out' }]);
}

const isSortKey = (value: unknown): value is SortKey =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
