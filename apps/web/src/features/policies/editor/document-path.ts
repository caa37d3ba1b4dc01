/** A policy as people write it, in the API's words: `patronus policies create --file` takes the same. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Where something stands in a document: `['match_conditions', 'any_of', 0, 'protocol']`. */
export type Place = readonly (string | number)[];

/** `match_conditions.any_of.0.protocol` */
export const fieldOf = (place: Place): string => place.join('.');

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text or number as text; anything else is none. */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** What stands at a place; undefined where nothing does. */
export function valueAt(document: Json | undefined, place: Place): Json | undefined {
  let value = document;
  for (const key of place) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(key)];
    else if (isObject(value)) value = value[key];
    else return undefined;
  }
  return value;
}

/** The document with another value at a place; undefined takes out what stands there, be it an entry of a list. */
export function withValueAt(document: JsonObject, place: Place, value: Json | undefined): JsonObject {
  return (replaced(document, place, value) ?? {}) as JsonObject;
}

function replaced(within: Json | undefined, [key, ...rest]: Place, value: Json | undefined): Json | undefined {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const items = Array.isArray(within) ? (within as readonly Json[]) : [];
    const item = replaced(items[key], rest, value);
    return item === undefined ? items.toSpliced(key, 1) : items.toSpliced(key, 1, item);
  }
  const { [key]: before, ...others } = isObject(within) ? within : {};
  const next = replaced(before, rest, value);
  if (next === undefined) return others;
  return isObject(within) && key in within ? { ...within, [key]: next } : { ...others, [key]: next };
}

/** All places of a document that have a name or a number, as {@link fieldOf} writes them. */
export function fieldsOf(document: Json | undefined, at: Place = []): string[] {
  const entries: readonly (readonly [string | number, Json])[] = Array.isArray(document)
    ? (document as readonly Json[]).map((item, index) => [index, item] as const)
    : isObject(document)
      ? Object.entries(document)
      : [];
  return entries.flatMap(([key, value]) => [fieldOf([...at, key]), ...fieldsOf(value, [...at, key])]);
}
