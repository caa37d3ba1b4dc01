import { PostgresServer } from '@patronus/linux';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestController, until } from '../testing/index.ts';

let server: PostgresServer;
let controller: TestController;
beforeAll(async () => {
  server = await PostgresServer.start({ durable: true });
  await server.makeDatabase('away');
  controller = await TestController.start({ PATRONUS_DATABASE_URL: server.tcpUrl('away') });
});
afterAll(async () => {
  await controller.stop();
  await server.stop();
});

const unavailable = { status: 503, body: { code: 'database_unavailable' } };

it('a controller whose database server is away says so at every door, and goes on when it is back', async () => {
  expect(await controller.ask('POST', 'sites', { name: 'before' })).toMatchObject({ status: 201 });
  await server.halt();
  const [read, write, graphql, ready, alive] = await Promise.all([
    controller.ask('GET', 'sites'),
    controller.ask<{ detail: string }>('POST', 'sites', { name: 'meanwhile' }),
    controller.ask('POST', '/graphql', { query: '{ sites { name } }' }),
    controller.ask('GET', '/health/ready'),
    controller.ask('GET', '/health/live'),
  ]);
  expect([read, write]).toMatchObject([unavailable, unavailable]);
  expect(graphql.body).toMatchObject({ errors: [{ extensions: { code: 'database_unavailable' } }] });
  expect(ready).toMatchObject({ status: 503, body: { reasons: [{ code: 'database_unavailable' }] } });
  expect(alive.status).toBe(200);
  expect(write.body.detail).toMatch(/the database away at 127\.0\.0\.1:\d+ cannot be reached/);
  expect(JSON.stringify([read, write, graphql, ready])).not.toContain(server.password);

  await server.run();
  await until('it is ready', async () => (await controller.ask('GET', '/health/ready')).status === 200);
  expect(await controller.ask('POST', 'sites', { name: 'after' })).toMatchObject({ status: 201 });
  const { items } = await controller.get<{ items: { name: string }[] }>('sites');
  expect(items.map(({ name }) => name)).toEqual(['after', 'before']);
  expect(await controller.get('audit/verification')).toMatchObject({ valid: true });
});
