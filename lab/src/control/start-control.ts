import { rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeArguments, startProgram, type LabHome } from '../machine/index.ts';

/** Starts the program behind the control socket; one that an earlier lab left is taken away. */
export function startControl(home: LabHome): void {
  rmSync(home.controlSocket, { force: true });
  const program = fileURLToPath(new URL(`./control-process${extname(import.meta.url)}`, import.meta.url));
  startProgram(home, null, {
    role: 'control',
    argv: [...nodeArguments(), program, home.dataDir, home.controlSocket],
  });
}
