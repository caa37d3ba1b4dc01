import { PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Deletion, Policy } from '../api/resources.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

interface DeleteOptions extends ApiOptions {
  readonly purge?: boolean;
}

/** Deleting policies, and taking it back. */
export function addPolicyDeletion(policies: Command, terminal: Terminal): void {
  const remove = withApiOptions(
    policies.command('delete <policy>').description('delete a policy; 30 days to restore it'),
  ).option('--purge', 'for good, at once; also a policy that is deleted already');
  withExamples(remove, ['policies delete backup', 'policies delete backup --purge']).action(
    (reference: string, options: DeleteOptions) =>
      answer(
        terminal,
        options,
        async (api) => {
          const id = await idOf(api, reference, options.purge === true ? ['live', 'deleted'] : ['live']);
          return await api.delete<Deletion>(`/policies/${id}`, { purge: options.purge });
        },
        ({ message }) => message,
      ),
  );

  const restore = withApiOptions(
    policies.command('restore <policy>').description('put a deleted policy back as it was'),
  );
  withExamples(restore, ['policies list --deleted', 'policies restore backup']).action(
    (reference: string, options: ApiOptions) =>
      answer(
        terminal,
        options,
        async (api) => await api.post<Policy>(`/policies/${await idOf(api, reference, ['deleted'])}/restore`),
        ({ name }) => `restored ${name}`,
      ),
  );
}

/** The id of a policy told by id or by name; names are unique among live policies only. */
async function idOf(api: ApiClient, reference: string, places: readonly ('live' | 'deleted')[]): Promise<number> {
  if (/^\d+$/.test(reference)) return Number(reference);
  for (const place of places) {
    const policies = await api.list<Policy>('/policies', place === 'deleted' ? { deleted: true } : {});
    const [found, ...others] = policies.filter(({ name }) => name === reference);
    if (others.length > 0) {
      const ids = [found!, ...others].map(({ id }) => id).join(', ');
      throw new PatronusError(
        'conflict',
        `several deleted policies are called "${reference}"; name one by its id: ${ids}`,
      );
    }
    if (found !== undefined) return found.id;
  }
  const kind = places.includes('live') ? 'policy' : 'deleted policy';
  throw new PatronusError('not_found', `there is no ${kind} "${reference}"; list them to see what there is`);
}
