import { PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { EnrolmentKey } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration, parseInteger } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { given, requestBody } from './body-file.ts';

interface KeyOptions extends ApiOptions {
  readonly maxUses?: number;
  readonly expires?: number;
  readonly replace?: boolean;
  readonly file?: string;
}

const exampleId = '0c8cbb7e-0f3a-4d5a-9d3f-6c1f6d0a2b11';

const withTerms = (command: Command): Command =>
  command
    .option('--max-uses <count>', 'how many edges may join by it (1)', parseInteger(1, 1000))
    .option('--expires <duration>', 'how long it holds from now on, such as 2h (24h)', parseDuration)
    .option('--replace', 'the new edge takes the place of the one that the site has');

const termsOf = ({ maxUses, expires, replace }: KeyOptions) => ({
  max_uses: maxUses,
  expires_in_seconds: expires === undefined ? undefined : Math.round(expires / 1000),
  replace,
});

export function addEnrolmentKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('enrolment-keys').description('one-time keys by which new edges join');
  withExamples(keys, ['enrolment-keys', 'enrolment-keys create berlin --expires 2h']);

  const list = withApiOptions(keys.command('list', { isDefault: true }).description('all keys, without their secret'));
  withExamples(list, ['enrolment-keys', 'enrolment-keys --json']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<EnrolmentKey>('/enrolment-keys'),
      (rows) => (rows.length === 0 ? 'no enrolment keys' : renderTable(columns, rows)),
    ),
  );

  const show = withApiOptions(keys.command('show <id>').description('one key, without its secret'));
  withExamples(show, ['enrolment-keys show 0c8cbb7e-0f3a-4d5a-9d3f-6c1f6d0a2b11']).action(
    (id: string, options: ApiOptions) => answer(terminal, options, (api) => findKey(api, id), describe),
  );

  const create = withTerms(
    withApiOptions(keys.command('create [site]').description('make a key for the edge of a site')),
  ).option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');
  withExamples(create, ['enrolment-keys create berlin', 'enrolment-keys create berlin --expires 2h --replace']).action(
    async (site: string | undefined, options: KeyOptions) => {
      const body = await requestBody(terminal, options.file, {
        site,
        ...termsOf(options),
      });
      await answer(terminal, options, (api) => api.post<EnrolmentKey>('/enrolment-keys', body), instructions);
    },
  );

  addChanges(keys, terminal);
}

function addChanges(keys: Command, terminal: Terminal): void {
  const pathOf = (id: string): string => `/enrolment-keys/${encodeURIComponent(id)}`;
  const update = withTerms(withApiOptions(keys.command('update <id>').description('change the terms of a key'))).option(
    '--no-replace',
    'a site that has an edge takes no new one',
  );
  withExamples(update, [`enrolment-keys update ${exampleId} --expires 2h`]).action((id: string, options: KeyOptions) =>
    answer(terminal, options, (api) => api.patch<EnrolmentKey>(pathOf(id), given(termsOf(options))), describe),
  );
  const remove = withApiOptions(keys.command('delete <id>').description('revoke a key; it can be restored'));
  withExamples(remove, [`enrolment-keys delete ${exampleId}`]).action((id: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(pathOf(id)),
      () => `revoked ${id}`,
    ),
  );
  const restore = withApiOptions(keys.command('restore <id>').description('let a revoked key work again'));
  withExamples(restore, [`enrolment-keys restore ${exampleId}`]).action((id: string, options: ApiOptions) =>
    answer(terminal, options, (api) => api.post<EnrolmentKey>(`${pathOf(id)}/restore`), describe),
  );
}

async function findKey(api: ApiClient, id: string): Promise<EnrolmentKey> {
  const found = (await api.list<EnrolmentKey>('/enrolment-keys')).find((key) => key.id === id);
  if (found === undefined) throw new PatronusError('not_found', `there is no enrolment key ${id}`);
  return found;
}

const stateOf = (key: EnrolmentKey, now = Date.now()): string => {
  if (key.revoked) return 'revoked';
  if (key.uses >= key.max_uses) return 'used up';
  return key.expires_at !== null && new Date(key.expires_at).getTime() <= now ? 'expired' : 'valid';
};

const columns: readonly Column<EnrolmentKey>[] = [
  { title: 'ID', cell: (key) => key.id },
  { title: 'SITE', cell: (key) => key.site },
  { title: 'STATE', cell: (key) => stateOf(key) },
  { title: 'USES', align: 'right', cell: (key) => `${key.uses}/${key.max_uses}` },
  { title: 'EXPIRES', cell: (key) => formatTime(key.expires_at) },
];

const describe = (key: EnrolmentKey): string =>
  renderFacts([
    ['id', key.id],
    ['site', key.site],
    ['state', stateOf(key)],
    ['uses', `${key.uses} of ${key.max_uses}`],
    ['expires', formatTime(key.expires_at)],
  ]);

const instructions = (key: EnrolmentKey): string =>
  `key for ${key.site}, valid until ${formatTime(key.expires_at)}; it is shown only now. On the new edge:\n\n` +
  `  patronus edge join ${key.edge_url} ${key.key}\n  patronus edge run`;
