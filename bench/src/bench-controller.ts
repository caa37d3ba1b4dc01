import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadControllerSettings, startController } from '@patronus/controller';
import { openDatabase, type Db } from '@patronus/controller/parts';
import { ControllerApi } from '@patronus/lab';

/** The data directory of a controller that a bench starts, fills and starts again, in this process. */
export class BenchController {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
  readonly #databaseUrl: string | null;

  /** With the URL of an empty PostgreSQL database, or a file of its own. */
  constructor(databaseUrl: string | null = null) {
    this.#databaseUrl = databaseUrl;
  }

  /** Works with a controller while it runs. */
  async run<T>(work: (api: ControllerApi, httpUrl: string) => Promise<T>): Promise<T> {
    const flags = { dataDir: this.dataDir, port: 0, edgePort: 0 };
    const database = this.#databaseUrl === null ? {} : { PATRONUS_DATABASE_URL: this.#databaseUrl };
    const env = { PATRONUS_LOG_LEVEL: 'silent', ...database };
    const controller = await startController(loadControllerSettings({ env, flags }));
    try {
      return await work(new ControllerApi(this.dataDir, controller.httpUrl), controller.httpUrl);
    } finally {
      await controller.stop();
    }
  }

  /** Works with its database while no controller runs. */
  async fill<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const db = await openDatabase(this.#databaseUrl ?? join(this.dataDir, 'patronus.db'));
    try {
      return await work(db);
    } finally {
      await db.destroy();
    }
  }

  /** So many sites with one uplink each, and a path from each to each other. */
  makeMesh(sites: number): Promise<void> {
    return this.run(async (api) => {
      for (let index = 1; index <= sites; index++) {
        await api.request('POST', '/sites', {
          name: `site-${index}`,
          prefixes: [`10.${index}.0.0/24`],
          endpoints: [{ label: 'mpls', device: 'eth0', address: `192.0.2.${index}` }],
        });
      }
    });
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
