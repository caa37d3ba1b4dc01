import { PatronusError } from '@patronus/core';
import { prompt } from '../prompt.ts';
import { readStdin, type Terminal } from '../terminal.ts';

export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

/** A password from the terminal, or from standard input where the user says so. */
export async function readPassword(terminal: Terminal, options: PasswordOptions, question: string): Promise<string> {
  if (options.passwordStdin === true) return (await readStdin(terminal)).replace(/\r?\n$/, '');
  if (terminal.stdin.isTTY === true) return await prompt(terminal, question, true);
  throw new PatronusError('invalid_input', 'there is no terminal to ask for the password on; use --password-stdin');
}
