import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const startLimitMs = 120_000;

/** The controller as a user runs it, from the sources of this tree. */
export class ControllerProgram {
  private readonly dataDir: string;
  private program: ChildProcess | null = null;
  private httpUrl = '';

  constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  async start(): Promise<void> {
    const announced = join(this.dataDir, 'controller.json');
    rmSync(announced, { force: true });
    const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
    const args = ['--conditions=patronus-source', main, 'controller', '--data', this.dataDir, '--port', '0'];
    const log = openSync(join(this.dataDir, 'controller.log'), 'a');
    const env = { ...process.env, PATRONUS_EDGE_HOST: '127.0.0.1', PATRONUS_EDGE_PORT: '0' };
    this.program = spawn(process.execPath, args, { stdio: ['ignore', log, log], env });
    const end = performance.now() + startLimitMs;
    while (!existsSync(announced)) {
      if (this.program.exitCode !== null || performance.now() > end) throw new Error('the controller did not start');
      await delay(50);
    }
    this.httpUrl = (JSON.parse(readFileSync(announced, 'utf8')) as { http_url: string }).http_url;
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    if (this.program === null) return;
    const exit = once(this.program, 'exit');
    this.program.kill('SIGKILL');
    this.program = null;
    await exit;
  }

  get<T>(path: string): Promise<T> {
    return this.ask('GET', path);
  }

  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return this.ask(method, path, body);
  }

  async graphql<T>(query: string): Promise<T> {
    return (await this.ask<{ data: T }>('POST', '/graphql', { query }, '')).data;
  }

  private async ask<T>(method: string, path: string, body?: unknown, base = '/api/v1'): Promise<T> {
    const token = readFileSync(join(this.dataDir, 'local-token'), 'utf8').trim();
    const answer = await fetch(`${this.httpUrl}${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }
}
