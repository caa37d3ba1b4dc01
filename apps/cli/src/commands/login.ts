import { PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import { ApiClient, type ApiFlags } from '../api/api-client.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';
import { signInByBrowser } from './browser-login.ts';
import { readPassword, type PasswordOptions } from './read-password.ts';
import { signInWithCode } from './totp.ts';

type LoginOptions = ApiFlags & PasswordOptions & { readonly code?: string; readonly browser?: boolean };

const withAddress = (command: Command): Command =>
  command
    .option('--url <url>', 'address of the controller (PATRONUS_URL)')
    .option('--data <dir>', 'data directory of a controller on this machine (PATRONUS_DATA)');

export function addLogin(program: Command, terminal: Terminal): void {
  const login = withAddress(program.command('login [user]').description('sign in to a controller'));
  login
    .option('--password-stdin', 'read the password from standard input')
    .option('--code <code>', 'of your authenticator app or recovery codes, where one is asked for')
    .option('--browser', 'by a browser on any machine, in whatever way you sign in there');
  withExamples(login, [
    'login admin',
    'login admin --url https://controller.example.net',
    'login admin --password-stdin < password.txt',
    'login --browser --url https://controller.example.net',
  ]).action(async (user: string | undefined, options: LoginOptions) => {
    if (options.browser === true) return byBrowser(terminal, user, options);
    const api = new ApiClient(terminal, options);
    const name = user ?? 'admin';
    const password = await readPassword(terminal, options, `password of ${name} at ${api.url}: `);
    await signInWithCode(terminal, api, { username: name, password, code: options.code });
  });

  const logout = withAddress(program.command('logout').description('sign out, and forget the tokens'));
  withExamples(logout, ['logout']).action(async (options: ApiFlags) => {
    const api = new ApiClient(terminal, options);
    const was = await api.signOut();
    printLine(terminal.stdout, was ? `signed out of ${api.url}` : `you were not signed in to ${api.url}`);
  });
}

async function byBrowser(terminal: Terminal, user: string | undefined, options: LoginOptions): Promise<void> {
  if (user !== undefined || options.passwordStdin !== undefined || options.code !== undefined) {
    const remedy = 'with --browser give neither a user nor a password or code; you say there who you are';
    throw new PatronusError('invalid_input', remedy);
  }
  await signInByBrowser(terminal, new ApiClient(terminal, options));
}
