import { PatronusError } from '@patronus/core';
import { InvalidArgumentError, type Command } from 'commander';
import type { ApiClient } from '../api/api-client.ts';
import { prompt } from '../prompt.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { answer, withApiOptions, withExamples, type ApiOptions } from './api-command.ts';
import { readPassword, type PasswordOptions } from './read-password.ts';

interface CodeOptions extends ApiOptions {
  readonly code: string;
}

interface Setup {
  readonly secret: string;
  readonly uri: string;
}

interface RecoveryCodes {
  readonly recovery_codes: readonly string[];
}

/** Codes of an authenticator app, asked for at the sign-in. */
export function addTotp(account: Command, terminal: Terminal): void {
  const totp = account.command('totp').description('codes of an authenticator app, asked for at your sign-in');
  withExamples(totp, ['account totp begin', 'account totp confirm --code 123456', 'account totp off --code 654321']);
  const begin = withApiOptions(totp.command('begin').description('a secret for your app')).option(
    '--password-stdin',
    'read your password from standard input',
  );
  withExamples(begin, ['account totp begin']).action(async (options: ApiOptions & PasswordOptions) => {
    const password = await readPassword(terminal, options, 'your password: ');
    await answer(terminal, options, (api) => api.post<Setup>('/account/totp', { password }), setupText);
  });
  const confirm = withCode(totp.command('confirm').description('ask for codes from now on; prints the recovery codes'));
  withExamples(confirm, ['account totp confirm --code 123456']).action(({ code, ...options }: CodeOptions) =>
    answer(terminal, options, (api) => api.post<RecoveryCodes>('/account/totp/confirmation', { code }), codesText),
  );
  const off = withCode(totp.command('off').description('ask for no code any more'));
  withExamples(off, ['account totp off --code 654321']).action(({ code, ...options }: CodeOptions) =>
    answer(
      terminal,
      options,
      (api) => api.post<unknown>('/account/totp/removal', { code }),
      () => 'no code is asked for at your sign-in any more',
    ),
  );
  const renew = withCode(totp.command('recovery-codes').description('a new list; the old one works no more'));
  withExamples(renew, ['account totp recovery-codes --code 123456']).action(({ code, ...options }: CodeOptions) =>
    answer(terminal, options, (api) => api.post<RecoveryCodes>('/account/recovery-codes', { code }), codesText),
  );
}

const withCode = (command: Command): Command =>
  withApiOptions(command).requiredOption('--code <code>', 'the six digits that your app shows', parseCode);

function parseCode(text: string): string {
  const digits = text.replaceAll(' ', '');
  if (/^\d{6}$/.test(digits)) return digits;
  throw new InvalidArgumentError('Write the six digits that your app shows.');
}

const setupText = ({ secret, uri }: Setup): string =>
  `give your app this secret, or the address as a QR code; both are shown only now:\n\n  ${secret}\n  ${uri}\n\n` +
  'then: patronus account totp confirm --code CODE';

const codesText = ({ recovery_codes: codes }: RecoveryCodes): string =>
  `if your app is lost, each of these opens your account once; they are shown only now:\n\n${codes.map((code) => `  ${code}`).join('\n')}`;

/** Signs in, and asks for the code where one is needed. */
export async function signInWithCode(
  terminal: Terminal,
  api: ApiClient,
  credentials: { readonly username: string; readonly password: string; readonly code: string | undefined },
): Promise<void> {
  try {
    await api.signIn(credentials);
  } catch (thrown) {
    const isAsked = thrown instanceof PatronusError && thrown.code === 'mfa_required';
    if (!isAsked || terminal.stdin.isTTY !== true) throw thrown;
    const code = await prompt(terminal, 'code of your authenticator app: ');
    await api.signIn({ ...credentials, code: code.trim() });
  }
  printLine(terminal.stdout, `signed in to ${api.url} as ${credentials.username}`);
}
