import { canonicalJson } from '@patronus/core';

/** What an update changed, field by field: `{"cost": {"from": 10, "to": 50}}`. Fields are those of `after`. */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, { from: unknown; to: unknown }> {
  const changed = Object.entries(after).filter(([field, to]) => canonicalJson(before[field]) !== canonicalJson(to));
  return Object.fromEntries(changed.map(([field, to]) => [field, { from: before[field] ?? null, to }]));
}
