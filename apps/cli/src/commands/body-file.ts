import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, PatronusError } from '@patronus/core';
import { parse } from 'yaml';
import { readStdin, type Terminal } from '../terminal.ts';
import { none } from '../units.ts';

export type Body = Readonly<Record<string, unknown>>;

/**
 * The body of a request: what the JSON or YAML file says (`-` is standard input), and over it what was given by flags,
 * where `undefined` means not given.
 */
export async function requestBody(terminal: Terminal, file: string | undefined, flags: Body): Promise<Body> {
  const base = file === undefined ? {} : parseBody(await readText(terminal, file), file);
  return { ...base, ...given(flags) };
}

/** The entries that have a value; `none` is null, as the API writes it. */
export const given = (fields: Body): Body =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value === none ? null : value]),
  );

/** The fields that are not null. */
export const withoutNulls = (fields: Body): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

async function readText(terminal: Terminal, file: string): Promise<string> {
  if (file === '-') return await readStdin(terminal);
  try {
    return readFileSync(resolve(terminal.cwd, file), 'utf8');
  } catch (cause) {
    throw new PatronusError('invalid_input', `--file: cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

function parseBody(text: string, file: string): Body {
  const name = file === '-' ? 'standard input' : file;
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new PatronusError('invalid_input', `--file: ${name} is neither JSON nor YAML: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new PatronusError('invalid_input', `--file: ${name} must hold one object with named fields`);
  }
  return value as Body;
}
