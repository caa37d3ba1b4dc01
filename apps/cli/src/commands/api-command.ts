import type { Command } from 'commander';
import { ApiClient, type ApiFlags } from '../api/api-client.ts';
import { withProgress } from '../progress.ts';
import { painter, printLine, type Paint, type Terminal } from '../terminal.ts';

export interface ApiOptions extends ApiFlags {
  readonly json?: boolean;
}

/** The flags of every command that asks the controller. */
export const withApiOptions = (command: Command): Command =>
  command
    .option('--json', 'print the answer as JSON')
    .option('--url <url>', 'address of the controller (PATRONUS_URL)')
    .option('--data <dir>', 'data directory of a controller on this machine (PATRONUS_DATA)');

export const withExamples = (command: Command, examples: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ patronus ${example}`).join('\n')}`);

/** Asks the controller and prints the answer, as JSON or as the text that `print` makes of it. */
export async function answer<T>(
  terminal: Terminal,
  options: ApiOptions,
  ask: (api: ApiClient) => Promise<T>,
  print: (value: T, paint: Paint, api: ApiClient) => string,
): Promise<void> {
  const api = new ApiClient(terminal, options);
  const value = await withProgress(terminal, `waiting for the controller at ${api.url}`, () => ask(api));
  if (options.json === true) printLine(terminal.stdout, JSON.stringify(value ?? {}, null, 2));
  else printLine(terminal.stdout, print(value, painter(terminal, terminal.stdout), api));
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
