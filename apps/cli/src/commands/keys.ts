import type { Command } from 'commander';
import type { SigningKey } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { answer, plural, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

/** The controller's own keys. */
export function addKeys(program: Command, terminal: Terminal): void {
  addSigningKeys(program, terminal);
  const secrets = program.command('secrets').description('how secrets in the database are encrypted');
  withExamples(secrets, ['secrets rotate']);
  const rotate = withApiOptions(secrets.command('rotate').description('encrypt all of them anew, with other keys'));
  withExamples(rotate, ['secrets rotate']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<{ values: number; master_key_is_new: boolean }>('/secret-keys'),
      ({ values, master_key_is_new: isNew }) =>
        `${plural(values, 'secret')} encrypted anew` +
        (isNew
          ? '; the key file is another one now: back it up'
          : '; the key that encrypts the keys is still that of the environment'),
    ),
  );
}

function addSigningKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('signing-keys').description('keys that sign access tokens');
  withExamples(keys, ['signing-keys', 'signing-keys rotate']);
  const list = withApiOptions(keys.command('list', { isDefault: true }).description('keys whose tokens may be valid'));
  withExamples(list, ['signing-keys']).action((options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.list<SigningKey>('/signing-keys'),
      (rows) => renderTable(columns, rows),
    ),
  );
  const rotate = withApiOptions(keys.command('rotate').description('have a new key sign from now on')).option(
    '--immediately',
    'refuse tokens of the keys before at once, as after a theft',
  );
  withExamples(rotate, ['signing-keys rotate', 'signing-keys rotate --immediately']).action(
    ({ immediately = false, ...options }: ApiOptions & { immediately?: boolean }) =>
      answer(
        terminal,
        options,
        (api) => api.post<SigningKey>('/signing-keys', { immediately }),
        ({ id }) => `${id} signs from now on`,
      ),
  );
}

const columns: readonly Column<SigningKey>[] = [
  { title: 'ID', cell: (key) => key.id },
  { title: 'SINCE', cell: (key) => formatTime(key.created_at) },
  { title: 'STATE', cell: (key) => (key.current ? 'signs' : `checks until ${formatTime(key.valid_until)}`) },
];
