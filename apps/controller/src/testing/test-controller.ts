import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase, type Db } from '../database/index.ts';
import { checkStoredEvents } from './check-events.ts';
import { loadControllerSettings, startController, type RunningController } from '../index.ts';
import type { TestDatabase } from './postgres-databases.ts';
import { testDatabase } from './test-database.ts';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A controller on free ports, and its REST API as the holder of the local token or as nobody. */
export class TestController {
  readonly dataDir: string;
  running: RunningController;
  readonly #database: TestDatabase;

  private constructor(dataDir: string, running: RunningController, database: TestDatabase) {
    this.dataDir = dataDir;
    this.running = running;
    this.#database = database;
  }

  static async start(env: Record<string, string> = {}): Promise<TestController> {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'patronus-controller-')), 'data');
    const database = await testDatabase(join(dataDir, 'patronus.db'));
    const running = await startController(settings(dataDir, { PATRONUS_DATABASE_URL: database.url, ...env }));
    return new TestController(dataDir, running, database);
  }

  async restart(env: Record<string, string> = {}): Promise<void> {
    await this.running.stop();
    this.running = await startController(settings(this.dataDir, { PATRONUS_DATABASE_URL: this.#database.url, ...env }));
  }

  /** Runs a statement beside the controller, as an operator's tools do; answers its rows. */
  async sql(statement: string): Promise<unknown[]> {
    return this.withDatabase(async (db) => (await sql.raw(statement).execute(db)).rows);
  }

  /** A handle on its database, beside its own. */
  async withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const db = await openDatabase(this.#database.url);
    try {
      return await work(db);
    } finally {
      await db.destroy();
    }
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  get localToken(): string {
    return readFileSync(join(this.dataDir, 'local-token'), 'utf8').trim();
  }

  get edgePort(): number {
    return Number(new URL(this.running.edgeUrl).port);
  }

  /** A request with the local token. */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return this.request<T>(method, path, body, { authorization: `Bearer ${this.localToken}` });
  }

  /** A request that must succeed; answers its body. */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.ask<T>('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async request<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.running.httpUrl}${path.startsWith('/') ? path : `/api/v1/${path}`}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await this.withDatabase(checkStoredEvents);
    await this.#database.remove();
    rmSync(join(this.dataDir, '..'), { recursive: true, force: true });
  }
}

const settings = (dataDir: string, env: Record<string, string>) =>
  loadControllerSettings({ env: { PATRONUS_LOG_LEVEL: 'silent', ...env }, flags: { dataDir, port: 0, edgePort: 0 } });
