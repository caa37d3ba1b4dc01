import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../testing/index.ts';

let dataDir: string;
let receiver: Server;
/** The messages that the receiver took. */
let taken: string[];
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'patronus-killed-')), 'data');
  taken = [];
  receiver = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  receiver.closeAllConnections();
  receiver.close();
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { data } = JSON.parse(await text(request)) as { data: { message: string } };
  taken.push(data.message);
  response.writeHead(204).end();
}

/** A controller in a process of its own, so that it can be killed; answers the address of its API. */
async function spawned(): Promise<{ child: ChildProcess; url: string }> {
  const settings = `{ env: { PATRONUS_PRIVATE_TARGETS: '127.0.0.0/8' }, flags: { dataDir: ${JSON.stringify(dataDir)}, port: 0, edgePort: 0 } }`;
  const program = `
    import { startController, loadControllerSettings } from ${JSON.stringify(import.meta.resolve('../index.ts'))};
    await startController(loadControllerSettings(${settings}));`;
  const node = ['--conditions=patronus-source', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  const url = await until('the controller is there', () => announced(child.pid), 80_000);
  return { child, url };
}

function announced(pid: number | undefined): string | null {
  try {
    const file = JSON.parse(readFileSync(join(dataDir, 'controller.json'), 'utf8')) as {
      pid: number;
      http_url: string;
    };
    return file.pid === pid ? file.http_url : null;
  } catch {
    return null;
  }
}

async function ask(url: string, path: string, body: object): Promise<number> {
  const authorization = `Bearer ${readFileSync(join(dataDir, 'local-token'), 'utf8').trim()}`;
  const headers = { authorization, 'content-type': 'application/json' };
  return (await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

describe('a controller that is killed again and again while it writes', () => {
  it('sends every event of an acknowledged write at least once, in order', { timeout: 300_000 }, async () => {
    const acknowledged: string[] = [];
    let count = 0;
    for (let life = 0; life < 2; life++) {
      const { child, url } = await spawned();
      if (life === 0) {
        const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
        const filter = { types: ['object_created'] };
        expect(await ask(url, 'event-sinks', { name: 'hook', webhook: { url: hook }, filter })).toBe(201);
      }
      const writing = (async () => {
        for (;;) {
          const name = `site-${count++}`;
          if ((await ask(url, 'sites', { name })) === 201) acknowledged.push(`Site ${name} was created`);
        }
      })().catch(() => undefined);
      const [before, sent] = [acknowledged.length, taken.length];
      await until('writes and deliveries', () => acknowledged.length > before + 10 && taken.length > sent + 3, 60_000);
      child.kill('SIGKILL');
      await writing;
    }
    await spawned();
    await until('the last arrives', () => taken.includes(acknowledged.at(-1)!), 60_000);
    const own = taken.filter((message) => message.startsWith('Site site-'));
    expect(own).toEqual(expect.arrayContaining(acknowledged));
    const firsts = [...new Set(own)].map((message) => Number(/\d+/.exec(message)?.[0]));
    expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  });
});
