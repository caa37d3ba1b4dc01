import { InvalidInputError } from '@patronus/core';
import type { Actor } from '../../audit/index.ts';
import type { Change } from '../../database/store.ts';
import { hostSetRepository } from '../../repositories/host-set-repository.ts';
import { createHostSet, updateHostSet } from '../host-set-service.ts';
import type { Problems } from '../problems.ts';
import type { HostSetManifest, Placed } from './manifest.ts';

/** Makes host sets what their documents say. Problems go to `problems`. */
export async function applyHostSets(
  change: Change,
  by: Actor,
  documents: readonly Placed<HostSetManifest>[],
  problems: Problems,
): Promise<void> {
  for (const { manifest, at } of documents) {
    const { description = '', members = [] } = manifest.spec;
    const input = { name: manifest.metadata.name, description, members };
    const row = await hostSetRepository.find(change.db, input.name.trim());
    try {
      if (row === undefined) await createHostSet(change, by, input);
      else await updateHostSet(change, by, row, input);
    } catch (thrown) {
      if (!(thrown instanceof InvalidInputError)) throw thrown;
      const field = (name: string) => (name === 'name' ? 'metadata.name' : `spec.${name}`);
      problems.addAll(thrown.problems.map((each) => ({ ...each, field: at + field(each.field) })));
    }
  }
}
