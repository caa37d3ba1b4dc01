import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestController } from '../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
  await controller.ask('POST', 'sites', { name: 'hq' });
});
afterAll(() => controller.stop());

const post = (path: string, body: unknown, key: string) =>
  controller.request('POST', path, body, {
    authorization: `Bearer ${controller.localToken}`,
    'idempotency-key': key,
  });
it('forgets keys after a day, and keeps none in clear', async () => {
  const key = randomUUID();
  await post('policies', { name: 'aged', priority: 4 }, key);
  const sqlite = new SqliteFile(join(controller.dataDir, 'patronus.db'));
  const rows = JSON.stringify(sqlite.prepare('SELECT * FROM idempotency_keys').all());
  expect(rows).not.toContain(key);
  sqlite.exec('UPDATE idempotency_keys SET created_at = created_at - 86400000');
  sqlite.close();
  expect((await post('policies', { name: 'aged anew', priority: 4 }, key)).status).toBe(201);
});
