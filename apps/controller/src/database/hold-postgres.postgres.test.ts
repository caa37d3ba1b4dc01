import { systemTimers } from '@patronus/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startController } from '../start-controller.ts';
import { loadControllerSettings } from '../settings.ts';
import { TestController, until } from '../testing/index.ts';
import {
  postgresDatabase,
  serverVariable,
  withAdministrator,
  type TestDatabase,
} from '../testing/postgres-databases.ts';
import { PostgresHold } from './hold-postgres.ts';

let database: TestDatabase;
const failures: unknown[] = [];
beforeEach(async () => {
  failures.length = 0;
  database = await postgresDatabase(process.env[serverVariable]!);
});
afterEach(() => database.remove());

const take = (node: string) => PostgresHold.take(database.url, node, systemTimers, (failure) => failures.push(failure));

it('is one controller’s at a time, and says whose', async () => {
  {
    await using holds = new AsyncDisposableStack();
    holds.use(await take('east'));
    await expect(take('west')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/a controller \("east".*uses the database .* already; stop it/) as string,
    });
  }
  await using secondHold = await take('west');
  expect(secondHold).toBeInstanceOf(PostgresHold);
});

it('is of one database, and not of its server', async () => {
  const other = await postgresDatabase(process.env[serverVariable]!);
  const one = await take('east');
  const two = await PostgresHold.take(other.url, 'west', systemTimers, () => undefined);
  await Promise.all([one, two].map((each) => each[Symbol.asyncDispose]()));
  await other.remove();
});

it('comes back after the server ended its connection', async () => {
  await using holds = new AsyncDisposableStack();
  holds.use(await take('east'));
  const name = new URL(database.url).pathname.slice(1);
  await withAdministrator((client) =>
    client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]),
  );
  await until('it is held again', () =>
    take('west').then(
      (free) => free[Symbol.asyncDispose]().then(() => false),
      () => true,
    ),
  );
  expect(failures.filter((failure) => (failure as { code?: string }).code !== 'conflict')).toEqual([]);
});

it('keeps a second controller from starting, which leaves the first one as it was', async () => {
  const first = await TestController.start({ PATRONUS_NODE_ID: 'east' });
  try {
    const settings = loadControllerSettings({
      env: { PATRONUS_DATABASE_URL: first.databaseUrl, PATRONUS_LOG_LEVEL: 'silent' },
      flags: { dataDir: `${first.dataDir}-2`, port: 0, edgePort: 0 },
    });
    await expect(startController(settings)).rejects.toThrow(/a controller \("east"/);
    expect((await first.ask('POST', 'sites', { name: 'hq' })).status).toBe(201);
  } finally {
    await first.stop();
  }
});
