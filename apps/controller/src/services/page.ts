import { InvalidInputError } from '@patronus/core';

/** One page of a list, and where the next begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Enough for every list of an ordinary network at once; a larger page would hold up other callers. */
export const maxPageSize = 1_000;

/** The page of a short list that keeps its order. */
export function pageOf<T>(all: readonly T[], { limit = maxPageSize, cursor }: PageRequest): Page<T> {
  const start = cursor === undefined ? 0 : Number(readCursor(cursor, /^\d{1,9}$/)[0]);
  const end = start + limit;
  return { items: all.slice(start, end), nextCursor: end < all.length ? writeCursor(String(end)) : null };
}

/** Cursors are opaque to callers. */
export const writeCursor = (text: string): string => Buffer.from(text).toString('base64url');

/** Errors: `invalid_input` for a cursor that this program did not write. */
export function readCursor(cursor: string, form: RegExp): RegExpExecArray {
  const match = form.exec(Buffer.from(cursor, 'base64url').toString());
  if (match !== null) return match;
  throw notACursor();
}

/** The parts of a cursor that was written as a JSON array. Errors: `invalid_input`. */
export function readJsonCursor(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // it is told below
  }
  throw notACursor();
}

function notACursor(): InvalidInputError {
  const problem = 'is not a cursor from an earlier answer';
  return new InvalidInputError([{ field: 'cursor', problem, remedy: 'leave it out to start again' }]);
}
