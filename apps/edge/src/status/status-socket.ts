import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { PatronusError } from '@patronus/core';
import { errnoOf, fileError, type StatePaths } from '../state/index.ts';
import type { EdgeStatus } from './edge-status.ts';

/** An edge answers in a few milliseconds; one that is stopped in a debugger must not hang the caller. */
const answerLimitMs = 3_000;

/** Answers every connection with the status as one JSON text, and ends it. Only the owner of the directory may ask. */
export async function serveStatus(paths: StatePaths, status: () => EdgeStatus): Promise<{ stop(): Promise<void> }> {
  const server = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.end(`${JSON.stringify(status())}\n`);
  });
  try {
    await rm(paths.socket, { force: true });
    await listening(server, paths.socket);
    await chmod(paths.socket, 0o600);
  } catch (error) {
    throw fileError(error, `cannot open the status socket ${paths.socket}`);
  }
  return { stop: () => closed(server) };
}

/** The status of the edge that runs on this directory, or null when none does. Error `timeout` when it hangs. */
export async function askRunningEdge(paths: StatePaths): Promise<EdgeStatus | null> {
  const connection = connect({ path: paths.socket, signal: AbortSignal.timeout(answerLimitMs) });
  try {
    return JSON.parse(await text(connection)) as EdgeStatus;
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null;
    if (error instanceof Error && error.name === 'AbortError') {
      throw new PatronusError('timeout', `the edge on ${paths.root} runs but does not answer`, { cause: error });
    }
    throw fileError(error, `cannot ask the edge on ${paths.root}`);
  } finally {
    connection.destroy();
  }
}

/** Error `conflict` while an edge runs on this directory. */
export async function assertNotRunning(paths: StatePaths): Promise<void> {
  const running = await askRunningEdge(paths);
  if (running === null) return;
  throw new PatronusError('conflict', `an edge runs on ${paths.root} (process ${running.pid}); stop it first`, {
    facts: { pid: running.pid, stateDir: paths.root },
  });
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
