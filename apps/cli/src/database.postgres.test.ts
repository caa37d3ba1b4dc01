import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PostgresServer } from '@patronus/linux';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runPatronus, type Ran } from './testing/index.ts';

let server: PostgresServer;
let home: string;
let databases = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'patronus-db-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A database without tables. */
async function emptyDatabase(): Promise<string> {
  const name = `empty${databases++}`;
  await server.makeDatabase(name);
  return server.tcpUrl(name);
}

const patronus = (args: string[], databaseUrl?: string): Promise<Ran> =>
  runPatronus(home, args, {
    env: {
      PATRONUS_DATA: join(home, 'data'),
      PATH: process.env['PATH'] ?? '',
      ...(databaseUrl === undefined ? {} : { PATRONUS_DATABASE_URL: databaseUrl }),
    },
  });
/** What it prints; anything that takes over a second says besides that it is at it. */
const says = async (args: string[], databaseUrl?: string): Promise<string> => {
  const { exitCode, out, err } = await patronus(args, databaseUrl);
  expect([exitCode, err.replaceAll(/^.* …\n/gm, '')]).toEqual([0, '']);
  return out;
};
/** Runs a controller on the data directory for as long as the work takes. */
async function withController<T>(databaseUrl: string | undefined, work: (url: string) => Promise<T>): Promise<T> {
  const { loadControllerSettings, startController } = await import('@patronus/controller');
  const flags = { dataDir: join(home, 'data'), databaseUrl, port: 0, edgePort: 0 };
  const controller = await startController(loadControllerSettings({ env: { PATRONUS_LOG_LEVEL: 'silent' }, flags }));
  try {
    return await work(controller.httpUrl);
  } finally {
    await controller.stop();
  }
}
const ask = (url: string, method: string, path: string, body?: object): Promise<unknown> =>
  fetch(`${url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${readFileSync(join(home, 'data', 'local-token'), 'utf8').trim()}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).then((response) => response.json());
const makeSite = (url: string, name: string): Promise<unknown> =>
  ask(url, 'POST', 'sites', { name, endpoints: [{ label: 'lte', device: 'wwan0', nat: true }] });
const siteNames = async (url: string): Promise<string[]> =>
  ((await ask(url, 'GET', 'sites')) as { items: { name: string }[] }).items.map(({ name }) => name);
/** All that the API shows of what was configured, and how far the audit log has come. */
const shown = async (url: string): Promise<unknown[]> => {
  const paths = ['policies', 'sites', 'sites?deleted=true', 'paths', 'endpoints', 'audit?limit=1000'];
  const answers = await Promise.all(paths.map((path) => ask(url, 'GET', path)));
  // Documents are compiled some time after a start.
  return answers.map(
    (body) => JSON.parse(JSON.stringify(body), (key, value: unknown) => (key === 'config' ? 0 : value)) as unknown,
  );
};

describe.each(['SQLite', 'PostgreSQL'])('a database on %s', (kind) => {
  let url: string | undefined;
  beforeEach(async () => {
    url = kind === 'PostgreSQL' ? await emptyDatabase() : undefined;
  });

  it('comes back from a back-up that was made while the controller ran', async () => {
    const copy = join(home, 'copy');
    await withController(url, async (api) => {
      await makeSite(api, 'hq');
      expect(await says(['db', 'backup', copy], url)).toMatch(/^copied to .*ca\.key/);
      await makeSite(api, 'later');
      expect((await patronus(['db', 'restore', copy], url)).err).toMatch(/runs on .* already; stop it/);
    });
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(await says(['db', 'restore', copy], url)).toMatch(/^restored from /);
    expect(await withController(url, siteNames)).toEqual(['hq']);
    expect(await says(['db', 'check'], url)).toMatch(/audit log +whole, \d+ rows\nverdict +sound/);
  });

  it('is not overwritten by what is no back-up, nor is a back-up by another', async () => {
    await withController(url, (api) => makeSite(api, 'hq'));
    const file = join(home, 'no-copy');
    writeFileSync(file, 'nothing of ours '.repeat(1_000));
    expect((await patronus(['db', 'restore', file], url)).exitCode).toBe(1);
    expect((await patronus(['db', 'backup', file], url)).err).toMatch(/is there already; choose another name/);
    expect(await withController(url, siteNames)).toEqual(['hq']);
  });

  it('is brought up to date once, without a controller', async () => {
    expect(await says(['db', 'migrate'], url)).toMatch(/^brought up to date: 0001-network, /);
    expect(await says(['db', 'migrate'], url)).toBe('the tables are up to date\n');
  });

  it('is checked by its audit log, also while the controller runs', async () => {
    await withController(url, async (api) => {
      await makeSite(api, 'hq');
      expect(await says(['db', 'check'], url)).toMatch(/tables +up to date\naudit log +whole, 3 rows/);
    });
  });
});

describe('moving to PostgreSQL', () => {
  it('takes everything along: rows, the numbers that were given, and the proof of the audit log', async () => {
    const before = await withController(undefined, async (api) => {
      await makeSite(api, 'hq');
      await makeSite(api, 'Zürich');
      const { id } = (await ask(api, 'POST', 'policies', { name: 'gone', priority: 7 })) as { id: number };
      await ask(api, 'DELETE', `policies/${id}?purge=true`);
      await ask(api, 'POST', 'policies', { name: 'voice', priority: 9 });
      await ask(api, 'DELETE', 'sites/hq');
      return shown(api);
    });
    const sqlite = new DatabaseSync(join(home, 'data', 'patronus.db'));
    sqlite.exec(`UPDATE sdwan_policies SET bytes_matched = 9007199254740993 WHERE name = 'voice'`);
    sqlite.close();
    const to = await emptyDatabase();
    const { exitCode, out, err } = await patronus(['db', 'move', '--to', to]);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/sdwan_sites +2\n[^]*the audit log there: whole, \d+ rows/);
    expect(out).not.toContain(server.password);
    await withController(to, async (api) => {
      const [policies, ...others] = await shown(api);
      expect(others).toEqual(before.slice(1));
      expect(JSON.stringify(policies)).toMatch(/"name":"voice".*"bytes_matched":"?9007199254740993/);
      const { id } = (await ask(api, 'POST', 'policies', { name: 'new', priority: 3 })) as { id: number };
      expect(id).toBe(4);
    });
    expect(await says(['db', 'check'], to)).toMatch(/verdict +sound/);
  });

  it('is refused into a database that has rows, from one that is in use, and to SQLite', async () => {
    const to = await emptyDatabase();
    await withController(undefined, async () => {
      expect((await patronus(['db', 'move', '--to', to])).err).toMatch(/runs on .* already; stop it/);
    });
    expect((await patronus(['db', 'move', '--to', 'sqlite:x'])).err).toMatch(/to PostgreSQL only/);
    await says(['db', 'move', '--to', to]);
    expect((await patronus(['db', 'move', '--to', to])).err).toMatch(/has rows in .* already; move into an empty/);
  });

  it('shows that the audit log was cut before it was moved', async () => {
    await withController(undefined, async (api) => {
      for (const name of ['a', 'b', 'c']) await makeSite(api, name);
    });
    const sqlite = new DatabaseSync(join(home, 'data', 'patronus.db'));
    sqlite.exec(`DROP TRIGGER sdwan_audit_log_no_delete; DROP TRIGGER sdwan_audit_anchors_no_delete;
      DELETE FROM sdwan_audit_log WHERE sequence > 2; DELETE FROM sdwan_audit_anchors WHERE sequence > 2`);
    sqlite.close();
    const to = await emptyDatabase();
    const { exitCode, out } = await patronus(['db', 'move', '--to', to]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/was changed: row 3 is missing/);
    expect((await patronus(['db', 'check'], to)).exitCode).toBe(1);
  });
});
