import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Terminal } from './terminal.ts';

/** The root of the clone that this program was built in, or null where it is installed otherwise. */
export function workspaceRoot(): string | null {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
  const manifest = join(root, 'package.json');
  if (!existsSync(manifest)) return null;
  const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
  return name === 'patronus-workspace' ? root : null;
}

/** Where controller and lab keep what they know: the flag, else `PATRONUS_DATA`, else `data` in the clone. */
export function dataDir(terminal: Terminal, flag: string | undefined): string {
  const told = flag ?? terminal.env['PATRONUS_DATA'];
  if (told !== undefined && told !== '') return resolve(terminal.cwd, told);
  return resolve(workspaceRoot() ?? terminal.cwd, 'data');
}
