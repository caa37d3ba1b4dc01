import type { Command } from 'commander';
import type { Passkey } from '../api/resources.ts';
import { formatTime } from '../format.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';

/** Passkeys are made and used in browsers; here they are seen and removed. */
export function addPasskeys(account: Command, terminal: Terminal): void {
  const passkeys = account.command('passkeys').description('keys in telephones and sticks that open your account');
  withExamples(passkeys, ['account passkeys', 'account passkeys remove bWluZQ']);
  const list = withApiOptions(
    passkeys.command('list', { isDefault: true }).description('your own, and as an administrator those of others'),
  ).option('--user <user>', 'those of this user; "*" for all');
  withExamples(list, ['account passkeys', 'account passkeys list --user "*"']).action(
    ({ user, ...options }: ApiOptions & { user?: string }) =>
      answer(
        terminal,
        options,
        (api) => api.list<Passkey>('/passkeys', { user }),
        (rows) => (rows.length === 0 ? 'no passkeys' : renderTable(columns, rows)),
      ),
  );
  const remove = withApiOptions(passkeys.command('remove <id>').description('let one open nothing any more'));
  withExamples(remove, ['account passkeys remove bWluZQ']).action((id: string, options: ApiOptions) =>
    answer(
      terminal,
      options,
      (api) => api.delete<unknown>(`/passkeys/${encodeURIComponent(id)}`),
      () => `removed ${id}`,
    ),
  );
}

const columns: readonly Column<Passkey>[] = [
  { title: 'ID', cell: (passkey) => passkey.id },
  { title: 'NAME', cell: (passkey) => passkey.name },
  { title: 'USER', cell: (passkey) => passkey.username },
  { title: 'HOST', cell: (passkey) => passkey.host },
  { title: 'SINCE', cell: (passkey) => formatTime(passkey.created_at) },
  { title: 'LAST USED', cell: (passkey) => formatTime(passkey.last_used_at) },
];
