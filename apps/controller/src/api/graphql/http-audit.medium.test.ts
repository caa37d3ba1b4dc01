import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestController } from '../../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
});
afterAll(() => controller.stop());

it.each(['/graphql', '/api/v2/graphql'])('follows GraphQL over HTTP to the letter at %s', async (path) => {
  const results = await auditServer({ url: `${controller.running.httpUrl}${path}` });
  expect(results.length).toBeGreaterThan(50);
  expect(results.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual([]);
});
