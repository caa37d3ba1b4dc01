import { createServer } from 'node:net';
import { PatronusError } from '@patronus/core';
import { errnoOf } from './state/index.ts';

/**
 * Keeps a second edge out of this network namespace: two would undo each other's kernel state. An abstract socket belongs
 * to the namespace and to the process, so that no crash leaves it behind. Error `conflict`.
 */
export async function holdNamespace(name = '\0patronus-edge'): Promise<{ release(): Promise<void> }> {
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(errnoOf(error) === 'EADDRINUSE' ? alreadyHeld(error) : error));
    server.listen(name, resolve);
  });
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

const alreadyHeld = (cause: Error): PatronusError =>
  new PatronusError('conflict', 'another edge runs in this network namespace; stop it first', { cause });
