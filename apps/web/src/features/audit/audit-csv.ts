import type { AuditEntry } from './audit-documents.ts';

const columns = [
  'sequence',
  'time',
  'actor_type',
  'actor',
  'address',
  'action',
  'target_type',
  'target',
  'result',
] as const;

/** Rows as CSV (RFC 4180): times in UTC, details as JSON, and the hash that the chain has for each. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const lines = entries.map((entry) => [
    ...columns.map((column) => (column === 'time' ? new Date(entry.time).toISOString() : (entry[column] ?? ''))),
    JSON.stringify(entry.details),
    entry.hash,
  ]);
  return [[...columns, 'details', 'hash'], ...lines].map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function quoted(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
