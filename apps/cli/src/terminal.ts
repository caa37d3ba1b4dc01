import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import { toSnakeCase, type PathHealth } from '@patronus/core';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command has of the outside world; tests hand in their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output;
}

export const processTerminal = (): Terminal => ({
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});

export type Style = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** The colour of a path's state. */
export const healthStyle: Readonly<Record<PathHealth, Style>> = {
  up: 'green',
  degraded: 'yellow',
  down: 'red',
  unknown: 'dim',
};

export type Paint = (style: Style, text: string) => string;

/** Colours only for a person's eyes: on a terminal, and not where NO_COLOR (no-color.org) or TERM=dumb say no. */
export function painter(terminal: Terminal, output: Output): Paint {
  const coloured = output.isTTY === true && !terminal.env['NO_COLOR'] && terminal.env['TERM'] !== 'dumb';
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text);
}

export const printLine = (output: Output, line = ''): void => {
  output.write(`${line}\n`);
};

/** JSON as the API writes it, with keys in snake_case. */
export const printJson = (terminal: Terminal, value: unknown): void =>
  printLine(terminal.stdout, JSON.stringify(toSnakeCase(value), null, 2));

/** Everything on standard input, as text. */
export async function readStdin(terminal: Terminal): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of terminal.stdin) chunks.push(Buffer.from(chunk as Uint8Array | string));
  return Buffer.concat(chunks).toString('utf8');
}
