import { InvalidInputError } from '@patronus/core';
import type { Actor } from '../../audit/index.ts';
import type { Change } from '../../database/store.ts';
import { policyRepository, type PolicyRow } from '../../repositories/policy-repository.ts';
import { createPolicy, updatePolicy } from '../policy-service.ts';
import type { Problems } from '../problems.ts';
import type { Placed, PolicyManifest } from './manifest.ts';

/** Makes policies what their documents say; their sites and labels must be there by now. */
export async function applyPolicies(
  change: Change,
  by: Actor,
  documents: readonly Placed<PolicyManifest>[],
  problems: Problems,
): Promise<void> {
  for (const { manifest, at } of documents) {
    try {
      await applyPolicy(change, by, manifest);
    } catch (thrown) {
      if (!(thrown instanceof InvalidInputError)) throw thrown;
      const field = (name: string) => (name === 'name' ? 'metadata.name' : `spec.${name}`);
      problems.addAll(thrown.problems.map((each) => ({ ...each, field: at + field(each.field) })));
    }
  }
}

async function applyPolicy(change: Change, by: Actor, { metadata, spec }: PolicyManifest): Promise<void> {
  const { default: isDefault, priority, ...told } = spec;
  const name = metadata.name.trim();
  const row = await policyOf(change, name, isDefault === true);
  if (isDefault === true && row !== undefined) {
    const { description = '', action = { type: 'steer' as const }, ...others } = told;
    const fixed = priority === undefined ? others : { priority, ...others };
    return updatePolicy(change, by, row, { name, description, action, ...fixed });
  }
  if (row?.is_default === 1) {
    throw refused('default', `"${row.name}" is the policy for what no other matches`, 'say default: true');
  }
  if (priority === undefined) throw refused('priority', 'is missing', 'higher is looked at first');
  const complete = { description: '', match_conditions: {}, action: { type: 'steer' as const }, enabled: true };
  if (row === undefined) await createPolicy(change, by, { ...complete, ...told, name, priority });
  else await updatePolicy(change, by, row, { ...complete, ...told, name, priority });
}

async function policyOf(change: Change, name: string, isDefault: boolean): Promise<PolicyRow | undefined> {
  if (!isDefault) return policyRepository.findByName(change.db, name);
  return (await policyRepository.list(change.db)).find((row) => row.is_default === 1);
}

const refused = (field: string, problem: string, remedy: string): InvalidInputError =>
  new InvalidInputError([{ field, problem, remedy }]);
