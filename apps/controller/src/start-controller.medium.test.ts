import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadControllerSettings, startController } from './index.ts';
import { SpawnedController, TestEdge, someEvent, testDatabase, until, type TestDatabase } from './testing/index.ts';

let dataDir: string;
let database: TestDatabase;
let killed: SpawnedController | null = null;
beforeEach(async () => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'patronus-start-')), 'data');
  database = await testDatabase();
});
afterEach(async () => {
  await killed?.kill();
  killed = null;
  await database.remove();
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

const start = (flags: { port?: number; edgePort?: number } = {}) =>
  startController(
    loadControllerSettings({
      env: { PATRONUS_LOG_LEVEL: 'silent', PATRONUS_DATABASE_URL: database.url },
      flags: { dataDir, port: 0, edgePort: 0, ...flags },
    }),
  );
const modeOf = (name: string): number => statSync(join(dataDir, name)).mode & 0o777;
const announced = () =>
  JSON.parse(readFileSync(join(dataDir, 'controller.json'), 'utf8')) as {
    pid: number;
    http_url: string;
    edge_url: string;
  };

describe('a controller', () => {
  it('tells where it is while it runs, and keeps its secrets to itself', async () => {
    const controller = await start();
    expect(announced()).toEqual({
      pid: process.pid,
      http_url: controller.httpUrl,
      edge_url: controller.edgeUrl,
      edge_socket: join(dataDir, 'edge.sock'),
    });
    const secrets = ['local-token', 'ca.key', 'edge.sock'];
    expect(secrets.filter((name) => modeOf(name) !== 0o600)).toEqual([]);
    await controller.stop();
    expect(announced).toThrow(/ENOENT/);
  });

  it('does not start where another runs, and says which', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.pid}`) as unknown,
    });
    expect(announced().http_url).toBe(first.httpUrl);
    await first.stop();
    await (await start()).stop();
  });

  it.each([
    ['port', '--port'],
    ['edgePort', '--edge-port'],
  ] as const)('names a taken %s and the remedy, and leaves nothing running', async (flag, remedy) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, flag === 'port' ? '127.0.0.1' : '0.0.0.0', resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ [flag]: port })).rejects.toMatchObject({
      code: 'address_in_use',
      message: expect.stringMatching(new RegExp(`${port}.*${remedy}`)) as unknown,
    });
    await new Promise((resolve) => other.close(resolve));
    await (await start()).stop();
  });

  it('refuses a weak administrator password by name of the variable', async () => {
    const settings = loadControllerSettings({
      env: { PATRONUS_ADMIN_PASSWORD: 'admin' },
      flags: { dataDir, port: 0, edgePort: 0 },
    });
    await expect(startController(settings)).rejects.toThrow(/PATRONUS_ADMIN_PASSWORD/);
  });
});

describe('a controller that is killed', () => {
  it('has kept every write that it acknowledged, to users and to edges, and its place is free', async () => {
    killed = await SpawnedController.start(dataDir, database.url);
    const { edgePort } = killed;
    const ask = (path: string, body: object) => killed!.ask('POST', path, body);
    const acknowledged: string[] = [];
    expect((await ask('sites', { name: 'hq' })).status).toBe(201);
    const { key } = (await (await ask('enrolment-keys', { site: 'hq' })).json()) as { key: string };
    const edge = new TestEdge(edgePort);
    await edge.enrol(key);
    expect(await edge.connect()).toMatchObject({ type: 'welcome' });

    const writing = (async () => {
      for (let index = 0; ; index++) {
        if ((await ask('sites', { name: `site-${index}` })).status === 201) acknowledged.push(`site-${index}`);
        edge.report(index + 1, { events: [someEvent(`event-${index}`)] });
      }
    })().catch(() => undefined);
    await until('some writes are acknowledged', () => acknowledged.length >= 20 && edge.heard.length > 10);
    await killed.kill();
    await writing;
    const acks = edge.heard.flatMap((message) => (message.type === 'telemetry_ack' ? [message.sequence] : []));

    const again = await start();
    const { items } = (await (await fetch(`${again.httpUrl}/api/v1/sites`)).json()) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(acknowledged));
    const told = await fetch(`${again.httpUrl}/api/v1/events?type=edge_started&limit=1000`);
    const { items: events } = (await told.json()) as { items: { message: string }[] };
    const expected = Array.from({ length: Math.max(...acks) }, (_, index) => `event-${index}`);
    expect(events.map(({ message }) => message)).toEqual(expect.arrayContaining(expected));
    await again.stop();
  });
});
