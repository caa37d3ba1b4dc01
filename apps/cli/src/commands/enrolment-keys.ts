import { PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import type { EnrolmentKey } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { renderFacts, renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration, parseInteger } from '../units.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { requestBody } from './body-file.ts';

interface KeyOptions extends ApiOptions {
  readonly maxUses?: number;
  readonly expires?: number;
  readonly replace?: boolean;
  readonly file?: string;
}

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

  const create = withApiOptions(keys.command('create [site]').description('make a key for the edge of a site'))
    .option('--max-uses <count>', 'how many edges may join by it (1)', parseInteger(1, 1000))
    .option('--expires <duration>', 'how long it holds, such as 2h (24h)', parseDuration)
    .option('--replace', 'the new edge takes the place of the one that the site has')
    .option('--file <file>', 'take the fields from JSON or YAML ("-" is standard input)');
  withExamples(create, ['enrolment-keys create berlin', 'enrolment-keys create berlin --expires 2h --replace']).action(
    async (site: string | undefined, options: KeyOptions) => {
      const body = await requestBody(terminal, options.file, {
        site,
        max_uses: options.maxUses,
        expires_in_seconds: options.expires === undefined ? undefined : Math.round(options.expires / 1000),
        replace: options.replace,
      });
      await answer(terminal, options, (api) => api.post<EnrolmentKey>('/enrolment-keys', body), instructions);
    },
  );

  const remove = withApiOptions(keys.command('delete <id>').description('revoke a key'));
  withExamples(remove, ['enrolment-keys delete 0c8cbb7e-0f3a-4d5a-9d3f-6c1f6d0a2b11']).action(
    (id: string, options: ApiOptions) =>
      answer(
        terminal,
        options,
        (api) => api.delete<unknown>(`/enrolment-keys/${encodeURIComponent(id)}`),
        () => `revoked ${id}`,
      ),
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
