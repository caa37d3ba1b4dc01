import { InvalidInputError, PatronusError } from '@patronus/core';
import type { Actor } from '../../audit/index.ts';
import type { Change } from '../../database/store.ts';
import { qosRepository } from '../../repositories/qos-repository.ts';
import type { Problems } from '../problems.ts';
import { completeQosClass } from '../qos-input.ts';
import { checkTogether, createQosClass, deleteQosClass, updateQosClass } from '../qos-service.ts';
import type { Manifest, Placed, QosClassManifest } from './manifest.ts';

/** Makes classes of service what their documents say; what they must keep to together is looked at in the end. */
export async function applyQosClasses(
  change: Change,
  by: Actor,
  documents: readonly Placed<QosClassManifest>[],
  problems: Problems,
): Promise<void> {
  for (const { manifest, at } of documents) {
    const name = manifest.metadata.name.trim();
    const row = await qosRepository.find(change.db, name);
    const apply = (): Promise<void> =>
      row === undefined
        ? createQosClass(change, by, name, manifest.spec)
        : updateQosClass(change, by, row, completeQosClass(manifest.spec));
    await gather(problems, apply, (field) => at + (field === 'name' ? 'metadata.name' : `spec.${field}`));
  }
}

/** Deletes what is in no document, where documents tell of classes at all; the default stays. */
export async function pruneQosClasses(
  change: Change,
  by: Actor,
  documents: readonly Placed<Manifest>[],
  problems: Problems,
): Promise<void> {
  const told = documents.filter(({ manifest }) => manifest.kind === 'QosClass');
  if (told.length === 0) return;
  const names = new Set(told.map(({ manifest }) => manifest.metadata.name.trim()));
  for (const row of await qosRepository.list(change.db)) {
    if (names.has(row.name) || row.is_default === 1) continue;
    try {
      await deleteQosClass(change, by, row);
    } catch (thrown) {
      if (!(thrown instanceof PatronusError) || thrown.code !== 'conflict') throw thrown;
      problems.add('prune', thrown.message);
    }
  }
}

export const checkQosClasses = (change: Change, problems: Problems): Promise<void> =>
  gather(
    problems,
    () => checkTogether(change.db),
    (field) => `QosClass ${field}`,
  );

async function gather(problems: Problems, work: () => Promise<void>, at: (field: string) => string): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof InvalidInputError)) throw thrown;
    problems.addAll(thrown.problems.map((each) => ({ ...each, field: at(each.field) })));
  }
}
