import { createHash } from 'node:crypto';

/** Texts of values that stand in many documents, so that they are written once; see {@link hashWithParts}. */
export type WrittenParts = ReadonlyMap<object, string>;

const nothingWritten: WrittenParts = new Map();

/** JSON with sorted keys and no white space: equal values give equal text. */
export const canonicalJson = (value: unknown): string => write(value, nothingWritten) ?? 'null';

/** SHA-256 of the canonical JSON, in hex. */
export const contentHash = (value: unknown): string => hashWithParts(value, nothingWritten);

/** The same as {@link contentHash}, faster where the canonical JSON of objects that stand in the value is known already. */
export function hashWithParts(value: unknown, parts: WrittenParts): string {
  const hash = createHash('sha256');
  for (const piece of pieces(value, parts, 2)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * The canonical JSON as pieces, cut so many levels down: the whole text of a site document has hundreds of kilobytes, and
 * hundreds of them are hashed after every change.
 */
function* pieces(value: unknown, parts: WrittenParts, levels: number): Generator<string> {
  if (levels === 0 || typeof value !== 'object' || value === null || parts.has(value)) {
    yield write(value, parts) ?? 'null';
    return;
  }
  const isList = Array.isArray(value);
  const fields = isList ? [...value.entries()] : sortedFields(value);
  yield isList ? '[' : '{';
  for (const [place, [key, inner]] of fields.entries()) {
    const comma = place === 0 ? '' : ',';
    if (isList) yield comma;
    else yield `${comma}${JSON.stringify(key)}:`;
    yield* pieces(inner, parts, levels - 1);
  }
  yield isList ? ']' : '}';
}

/** Undefined for what JSON leaves out. */
function write(value: unknown, parts: WrittenParts): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const written = parts.get(value);
  if (written !== undefined) return written;
  if (Array.isArray(value)) return `[${value.map((item) => write(item, parts) ?? 'null').join(',')}]`;
  const fields = sortedFields(value).map(([key, inner]) => `${JSON.stringify(key)}:${write(inner, parts)!}`);
  return `{${fields.join(',')}}`;
}

/** Without those that JSON leaves out. */
const sortedFields = (value: object): [string, unknown][] =>
  Object.entries(value)
    .filter(([, inner]) => !['undefined', 'function', 'symbol'].includes(typeof inner))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
