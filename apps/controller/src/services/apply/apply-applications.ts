import { InvalidInputError } from '@patronus/core';
import type { Actor } from '../../audit/index.ts';
import type { Change } from '../../database/store.ts';
import { applicationRepository } from '../../repositories/application-repository.ts';
import { completed, createApplication, updateApplication } from '../application-service.ts';
import type { Problems } from '../problems.ts';
import type { ApplicationManifest, Placed } from './manifest.ts';

/** Makes applications what their documents say. Problems go to `problems`. */
export async function applyApplications(
  change: Change,
  by: Actor,
  documents: readonly Placed<ApplicationManifest>[],
  problems: Problems,
): Promise<void> {
  for (const { manifest, at } of documents) {
    const input = completed({ name: manifest.metadata.name.trim(), ...manifest.spec });
    const row = await applicationRepository.find(change.db, input.name);
    try {
      if (row === undefined) await createApplication(change, by, input);
      else await updateApplication(change, by, row, input);
    } catch (thrown) {
      if (!(thrown instanceof InvalidInputError)) throw thrown;
      const field = (name: string) => (name === 'name' ? 'metadata.name' : `spec.${name}`);
      problems.addAll(thrown.problems.map((each) => ({ ...each, field: at + field(each.field) })));
    }
  }
}
