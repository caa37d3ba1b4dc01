import { PatronusError } from '@patronus/core';
import type { Command } from 'commander';
import { ApiClient, type ApiFlags } from '../api/api-client.ts';
import { prompt } from '../prompt.ts';
import { printLine, readStdin, type Terminal } from '../terminal.ts';
import { withExamples } from './api-command.ts';

interface LoginOptions extends ApiFlags {
  readonly passwordStdin?: boolean;
}

const withAddress = (command: Command): Command =>
  command
    .option('--url <url>', 'address of the controller (PATRONUS_URL)')
    .option('--data <dir>', 'data directory of a controller on this machine (PATRONUS_DATA)');

export function addLogin(program: Command, terminal: Terminal): void {
  const login = withAddress(program.command('login [user]').description('sign in to a controller'));
  login.option('--password-stdin', 'read the password from standard input');
  withExamples(login, [
    'login admin',
    'login admin --url https://controller.example.net',
    'login admin --password-stdin < password.txt',
  ]).action(async (user: string | undefined, options: LoginOptions) => {
    const api = new ApiClient(terminal, options);
    const name = user ?? 'admin';
    await api.signIn(name, await readPassword(terminal, options, `password of ${name} at ${api.url}: `));
    printLine(terminal.stdout, `signed in to ${api.url} as ${name}`);
  });

  const logout = withAddress(program.command('logout').description('sign out, and forget the tokens'));
  withExamples(logout, ['logout']).action(async (options: ApiFlags) => {
    const api = new ApiClient(terminal, options);
    const was = await api.signOut();
    printLine(terminal.stdout, was ? `signed out of ${api.url}` : `you were not signed in to ${api.url}`);
  });
}

async function readPassword(terminal: Terminal, options: LoginOptions, question: string): Promise<string> {
  if (options.passwordStdin === true) return (await readStdin(terminal)).replace(/\r?\n$/, '');
  if (terminal.stdin.isTTY === true) return await prompt(terminal, question, true);
  throw new PatronusError('invalid_input', 'there is no terminal to ask for the password on; use --password-stdin');
}
