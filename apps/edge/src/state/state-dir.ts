import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from './durable-file.ts';

/** Where each thing lies below the state directory. */
export interface StatePaths {
  readonly root: string;
  readonly enrolment: string;
  readonly documents: string;
  readonly telemetry: string;
  /** Private keys of tunnels. */
  readonly keys: string;
  /** What sysctls were before we changed them. */
  readonly sysctls: string;
  readonly socket: string;
}

export const statePaths = (root: string): StatePaths => ({
  root,
  enrolment: join(root, 'enrolment.json'),
  documents: join(root, 'documents'),
  telemetry: join(root, 'telemetry'),
  keys: join(root, 'keys'),
  sysctls: join(root, 'sysctls.json'),
  socket: join(root, 'edge.sock'),
});

/** Makes the directory, readable by its owner only: it holds private keys. */
export async function openStateDir(root: string): Promise<StatePaths> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await chmod(root, 0o700);
  } catch (error) {
    throw fileError(error, `cannot use the state directory ${root}`);
  }
  return statePaths(root);
}
