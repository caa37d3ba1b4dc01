import { createHash } from 'node:crypto';

/** Texts of values that stand in many documents, so that they are written once; see {@link hashWithParts}. */
export type WrittenParts = ReadonlyMap<object, string>;

const nothingWritten: WrittenParts = new Map();

/** JSON with sorted keys and no white space: equal values give equal text. */
export const canonicalJson = (value: unknown): string => write(value, nothingWritten) ?? 'null';

/** SHA-256 of the canonical JSON, in hex. */
export const contentHash = (value: unknown): string => hashWithParts(value, nothingWritten);

/** The same as {@link contentHash}, faster where the canonical JSON of objects that stand in the value is known already. */
export const hashWithParts = (value: unknown, parts: WrittenParts): string =>
  createHash('sha256')
    .update(write(value, parts) ?? 'null')
    .digest('hex');

/** Undefined for what JSON leaves out. */
function write(value: unknown, parts: WrittenParts): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const written = parts.get(value);
  if (written !== undefined) return written;
  if (Array.isArray(value)) return `[${value.map((item) => write(item, parts) ?? 'null').join(',')}]`;
  const record = value as Record<string, unknown>;
  const fields: string[] = [];
  for (const key of Object.keys(record).toSorted()) {
    const text = write(record[key], parts);
    if (text !== undefined) fields.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${fields.join(',')}}`;
}
