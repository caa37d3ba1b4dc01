type SnakeKey<K extends string> = K extends `${infer Head}${infer Tail}`
  ? Head extends Uppercase<Head>
    ? Head extends Lowercase<Head>
      ? `${Head}${SnakeKey<Tail>}`
      : `_${Lowercase<Head>}${SnakeKey<Tail>}`
    : `${Head}${SnakeKey<Tail>}`
  : K;

/** The shape of `T` as the API writes it: every key in snake_case. */
export type SnakeCased<T> = T extends string | number | bigint | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? SnakeCased<Item>[]
    : T extends object
      ? { [K in keyof T as K extends string ? SnakeKey<K> : K]: SnakeCased<T[K]> }
      : T;

const mapKeys = (value: unknown, rename: (key: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => mapKeys(item, rename));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [rename(key), mapKeys(inner, rename)]));
};

/** Keys from camelCase, as the code writes them, to snake_case, as the API does; values stay as they are. */
export const toSnakeCase = <T>(value: T): SnakeCased<T> =>
  mapKeys(value, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as SnakeCased<T>;

/** The reverse of {@link toSnakeCase}. The result is untyped input until a schema has seen it. */
export const toCamelCase = (value: unknown): unknown =>
  mapKeys(value, (key) => key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()));
