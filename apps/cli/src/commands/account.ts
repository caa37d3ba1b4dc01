import type { Command } from 'commander';
import { ApiClient } from '../api/api-client.ts';
import type { User } from '../api/resources.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { readPassword, type PasswordOptions } from './read-password.ts';
import { addPasskeys } from './passkeys.ts';
import { addTotp } from './totp.ts';
import { describe } from './users.ts';

/** What signed-in users do with their own account. */
export function addAccount(program: Command, terminal: Terminal): void {
  const account = program.command('account').description('your own account');
  withExamples(account, ['account', 'account password']);

  const show = withApiOptions(account.command('show', { isDefault: true }).description('who you are signed in as'));
  withExamples(show, ['account']).action((options: ApiOptions) =>
    answer(terminal, options, (api) => api.get<User>('/account'), describe),
  );

  const password = withApiOptions(
    account.command('password').description('choose another password; you are signed out everywhere else'),
  ).option('--password-stdin', 'read the current and the new password from standard input, a line each');
  withExamples(password, ['account password']).action(async (options: ApiOptions & PasswordOptions) => {
    const api = new ApiClient(terminal, options);
    const { current, chosen } = await readBoth(terminal, options);
    await api.changePassword(current, chosen);
    printLine(terminal.stdout, 'your password was changed; you are signed out everywhere else');
  });
  addTotp(account, terminal);
  addPasskeys(account, terminal);
}

async function readBoth(
  terminal: Terminal,
  options: PasswordOptions,
): Promise<{ readonly current: string; readonly chosen: string }> {
  const current = await readPassword(terminal, options, 'current password: ');
  if (options.passwordStdin === true) {
    const [first = '', second = ''] = current.split(/\r?\n/);
    return { current: first, chosen: second };
  }
  return { current, chosen: await readPassword(terminal, options, 'new password: ') };
}
