import { PatronusError } from '@patronus/core';

/** Errors: `not_found` saying what was looked for. */
export function found<T>(row: T | undefined, what: string, key: string | number): T {
  if (row !== undefined) return row;
  throw new PatronusError('not_found', `there is no ${what} "${key}"; list them to see what there is`, {
    facts: { what, key },
  });
}
