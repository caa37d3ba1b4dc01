import { InvalidInputError } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Actor } from '../audit/index.ts';
import type { Change } from '../database/store.ts';
import { policyRepository, type PolicyRow } from '../repositories/policy-repository.ts';
import { checkVersion } from './expected-version.ts';
import { maxPriority } from './policy-input.ts';
import { Problems } from './problems.ts';

/** All policies but the default one, in the order in which they shall be looked at. */
export const PolicyOrderSchema = Type.Object(
  {
    order: Type.Array(
      Type.Object(
        {
          id: Type.Integer(),
          version: Type.Optional(
            Type.Integer({ description: 'That the caller has seen; refused when it was changed since' }),
          ),
        },
        { additionalProperties: false },
      ),
      { description: 'Every policy but the default one, first to be looked at first', maxItems: 5_000 },
    ),
  },
  { additionalProperties: false },
);
export type PolicyOrder = Static<typeof PolicyOrderSchema>;

/**
 * Gives policies the priorities that make an order of them, within a change. Those that they have are handed out anew, so
 * that few change. Errors: `invalid_input` for an order that is not of all of them, `version_mismatch`.
 */
export async function reorderPolicies(change: Change, by: Actor, { order }: PolicyOrder): Promise<void> {
  const rows = (await policyRepository.list(change.db)).filter((row) => row.is_default === 0);
  const ordered = placed(rows, order);
  for (const [index, row] of ordered.entries()) {
    const { version } = order[index]!;
    checkVersion('policy', row.name, row.version, version === undefined ? undefined : [version]);
  }
  const priorities = prioritiesFor(rows.map(({ priority }) => priority));
  const moved = ordered.flatMap((row, index) =>
    row.priority === priorities[index] ? [] : [{ row, to: priorities[index]! }],
  );
  if (moved.length === 0) return;
  for (const { row, to } of moved) {
    await policyRepository.update(change.db, row.policy_id, { priority: to, updated_at: change.at });
  }
  const priority = Object.fromEntries(moved.map(({ row, to }) => [row.name, { from: row.priority, to }]));
  const target = { type: 'policy', id: null, name: null } as const;
  await change.audit(by, { action: 'policies_reordered', target, details: { priority } });
  const message = `The order of policies was changed: ${ordered.map(({ name }) => name).join(', ')}`;
  await change.event({ eventType: 'object_updated', message: shortened(message), metadata: { object: 'policies' } });
  change.touchIntent();
}

function placed(rows: readonly PolicyRow[], order: PolicyOrder['order']): PolicyRow[] {
  const byId = new Map(rows.map((row) => [row.policy_id, row]));
  const problems = new Problems();
  const seen = new Set<number>();
  const found = order.flatMap(({ id }, index): PolicyRow[] => {
    const row = byId.get(id);
    if (row === undefined) problems.add(`order[${index}].id`, `${id} is no policy that can be moved`, 'leave it out');
    else if (seen.has(id)) problems.add(`order[${index}].id`, `${id} stands twice`, 'keep one');
    seen.add(id);
    return row === undefined ? [] : [row];
  });
  const missing = rows.filter(({ policy_id }) => !seen.has(policy_id));
  if (missing.length > 0) {
    const names = missing.map(({ name, policy_id }) => `"${name}" (${policy_id})`).join(', ');
    problems.add('order', `leaves out ${shortened(names)}`, 'name every policy but the default one');
  }
  problems.throwIfAny();
  return found;
}

/** The same numbers from high to low, apart by at least one; numbered anew where there is no room for that. */
function prioritiesFor(present: readonly number[]): number[] {
  const sorted = present.toSorted((a, b) => b - a);
  for (let index = sorted.length - 2; index >= 0; index -= 1) {
    sorted[index] = Math.max(sorted[index]!, sorted[index + 1]! + 1);
  }
  if ((sorted[0] ?? 0) <= maxPriority) return sorted;
  if (sorted.length > maxPriority) throw new InvalidInputError([{ field: 'order', problem: 'is too long' }]);
  return sorted.map((_, index) => sorted.length - index);
}

const shortened = (text: string): string => (text.length > 500 ? `${text.slice(0, 499)}…` : text);
