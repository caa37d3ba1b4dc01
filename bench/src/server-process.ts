import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PatronusError } from '@patronus/core';

const password = 'Bench-Horse-7-Battery';

/** A server that is measured, in a process of its own. */
export interface Server {
  readonly process: ChildProcess;
  readonly port: number;
}

/** Processor time that it has taken, in microseconds. */
export async function cpuOf({ process: child }: Server): Promise<number> {
  child.send('cpu');
  const [{ cpuUs }] = (await once(child, 'message')) as [{ cpuUs: number }];
  return cpuUs;
}

/** What it holds after a collection, MB; the heap with what that holds outside of itself. */
export async function memoryOf({ process: child }: Server) {
  child.send('memory');
  const [told] = (await once(child, 'message')) as [{ readonly heap: number; readonly resident: number }];
  return told;
}

export const headersOf = (token: string): Record<string, string> => ({
  ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
  accept: 'application/json',
  'accept-encoding': 'identity',
  'content-type': 'application/json',
});

/** An answer that is no error. Errors: `unreachable`. */
export async function ask(
  port: number,
  method: string,
  path: string,
  token: string,
  body?: unknown,
): Promise<Response> {
  const url = `http://127.0.0.1:${port}${path}`;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = { method, headers: headersOf(token), ...(body === undefined || body === '' ? {} : { body: text }) };
  const response = await fetch(url, request);
  if (!response.ok)
    throw new PatronusError('unreachable', `${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** As `patronus controller` starts itself (apps/cli/bin/patronus.mjs). */
const lean = { execArgv: ['--max-semi-space-size=4'], env: { MALLOC_ARENA_MAX: '1' } };

/** Works with a controller in a process of its own and the access token of its administrator, and ends both. */
export async function withController(work: (controller: Server, token: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
  const env = { ...process.env, ...lean.env, PATRONUS_ADMIN_PASSWORD: password };
  const child = fork(join(import.meta.dirname, 'api-servers', 'controller.js'), [dataDir], {
    env,
    execArgv: lean.execArgv,
  });
  try {
    const port = await portOf(child);
    const signedIn = await ask(port, 'POST', '/api/v1/auth/login', '', { username: 'admin', password });
    const { access_token } = (await signedIn.json()) as { access_token: string };
    await work({ process: child, port }, access_token);
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The port that it tells when it listens. Errors: `unreachable` where it ends before. */
export async function portOf(child: ChildProcess): Promise<number> {
  const gone = once(child, 'exit').then(([code]) => {
    throw new PatronusError('unreachable', `a measured program ended with ${String(code)}`);
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), gone])) as [{ port: number }];
  gone.catch(() => undefined);
  return port;
}
