import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PatronusError } from '@patronus/core';
import { dataDir } from '../data-dir.ts';
import type { Terminal } from '../terminal.ts';

export interface ControllerAddress {
  /** Origin of the API, without a slash at the end. */
  readonly url: string;
  /** Data directory of a controller on this machine that answers at this address, whose `local-token` may be shown to it. */
  readonly dataDir: string | null;
}

const defaultUrl = 'http://localhost:8080';

/** Where the controller is: the flag, else `PATRONUS_URL`, else what a controller on this machine wrote into its data. */
export function controllerAddress(
  terminal: Terminal,
  flags: { readonly url?: string | undefined; readonly data?: string | undefined },
): ControllerAddress {
  const directory = dataDir(terminal, flags.data);
  const local = runningController(directory);
  const told = flags.url ?? terminal.env['PATRONUS_URL'];
  if (told !== undefined && told !== '') {
    const url = originOf(told);
    return { url, dataDir: local === url ? directory : null };
  }
  return local === null ? { url: defaultUrl, dataDir: null } : { url: local, dataDir: directory };
}

/** The token that makes whoever can read the data directory an administrator, or null. */
export function localToken(directory: string): string | null {
  try {
    return readFileSync(join(directory, 'local-token'), 'utf8').trim();
  } catch {
    return null;
  }
}

function runningController(directory: string): string | null {
  try {
    const { http_url: url } = JSON.parse(readFileSync(join(directory, 'controller.json'), 'utf8')) as {
      http_url?: string;
    };
    return url === undefined ? null : originOf(url);
  } catch {
    return null;
  }
}

function originOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PatronusError(
      'invalid_input',
      `"${text}" is not the address of a controller; write it like ${defaultUrl}`,
    );
  }
  return url.origin;
}
