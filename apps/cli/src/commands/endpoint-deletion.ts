import { isUuid, PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { Deletion, Endpoint } from '../api/resources.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

type Find = (api: ApiClient, reference: string) => Promise<Endpoint>;

/** Deleting endpoints, and taking it back. */
export function addEndpointDeletion(endpoints: Command, terminal: Terminal, find: Find): void {
  const remove = withApiOptions(
    endpoints.command('delete <endpoint>').description('delete an uplink and its paths; 30 days to restore it'),
  ).option('--purge', 'for good, at once; by its id also one that is deleted already');
  withExamples(remove, ['endpoints delete branch/lte', 'endpoints delete branch/lte --purge']).action(
    (reference: string, { purge, ...options }: ApiOptions & { readonly purge?: boolean }) =>
      answer(
        terminal,
        options,
        async (api) => {
          if (purge === true && isUuid(reference)) return api.delete<Deletion>(`/endpoints/${reference}`, { purge });
          const { id, version } = await find(api, reference);
          return api.delete<Deletion>(`/endpoints/${id}`, { purge }, version);
        },
        ({ message }) => message,
      ),
  );

  const restore = withApiOptions(
    endpoints.command('restore <endpoint>').description('put a deleted uplink back, with its paths'),
  );
  withExamples(restore, ['endpoints list --deleted', 'endpoints restore branch/lte']).action(
    (reference: string, options: ApiOptions) =>
      answer(
        terminal,
        options,
        async (api) => api.post<Endpoint>(`/endpoints/${await deletedId(api, reference)}/restore`),
        ({ site, label }) => `restored ${site}/${label}`,
      ),
  );
}

export const deletedEndpoints = (api: ApiClient, site?: string): Promise<Endpoint[]> =>
  api.list<Endpoint>('/endpoints', { deleted: true, site });

/** The id of a deleted endpoint told by id or as SITE/LABEL. */
async function deletedId(api: ApiClient, reference: string): Promise<string> {
  if (isUuid(reference)) return reference;
  const [found, ...others] = (await deletedEndpoints(api)).filter(
    ({ site, label }) => `${site}/${label}` === reference,
  );
  if (found === undefined) {
    throw new PatronusError('not_found', `there is no deleted endpoint "${reference}"; list them with --deleted`);
  }
  if (others.length === 0) return found.id;
  const ids = [found, ...others].map(({ id }) => id).join(', ');
  throw new PatronusError(
    'conflict',
    `several deleted endpoints are called "${reference}"; name one by its id: ${ids}`,
  );
}
