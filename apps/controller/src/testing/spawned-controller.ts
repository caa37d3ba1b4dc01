import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

/** A controller in a process of its own, so that it can be killed; on free ports. */
export class SpawnedController {
  readonly url: string;
  readonly edgePort: number;
  readonly #dataDir: string;
  readonly #child: ChildProcess;

  private constructor(dataDir: string, child: ChildProcess, file: Announcement) {
    this.#dataDir = dataDir;
    this.#child = child;
    this.url = file.http_url;
    this.edgePort = Number(new URL(file.edge_url).port);
  }

  static async start(dataDir: string, databaseUrl: string): Promise<SpawnedController> {
    const flags = { dataDir, databaseUrl, port: 0, edgePort: 0 };
    const program = `
      import { startController, loadControllerSettings } from ${JSON.stringify(import.meta.resolve('../index.ts'))};
      await startController(loadControllerSettings({ env: {}, flags: ${JSON.stringify(flags)} }));`;
    const node = ['--conditions=patronus-source', '--input-type=module', '--eval', program];
    const child = spawn(process.execPath, node, { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      const file = await until('the controller is there', () => readAnnouncement(dataDir, child.pid), 80_000);
      return new SpawnedController(dataDir, child, file);
    } catch (cause) {
      child.kill('SIGKILL');
      throw cause;
    }
  }

  /** A request with the local token. */
  ask(method: string, path: string, body: object): Promise<Response> {
    const headers = {
      authorization: `Bearer ${readFileSync(join(this.#dataDir, 'local-token'), 'utf8').trim()}`,
      'content-type': 'application/json',
    };
    return fetch(`${this.url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
  }

  /** With no chance to do anything more. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

interface Announcement {
  readonly pid: number;
  readonly http_url: string;
  readonly edge_url: string;
}

function readAnnouncement(dataDir: string, pid: number | undefined): Announcement | null {
  try {
    const file = JSON.parse(readFileSync(join(dataDir, 'controller.json'), 'utf8')) as Announcement;
    return file.pid === pid ? file : null;
  } catch {
    return null;
  }
}
