import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestController, until } from '../testing/index.ts';

let controller: TestController;

beforeAll(async () => {
  controller = await TestController.start();
  for (let index = 0; index < 10; index++) {
    await controller.ask('POST', 'sites', { name: `site-${index}`, location: 'a room that makes the list long' });
  }
});
afterAll(async () => controller.stop());

const query = JSON.stringify({ query: '{ sites { id name location } }' });
const lists = {
  REST: { path: '/api/v1/sites', init: {} },
  GraphQL: { path: '/graphql', init: { method: 'POST', body: query } },
};

async function answerOf({ path, init }: (typeof lists)['REST'], encoding: string, seen = '""') {
  const headers = { 'content-type': 'application/json', 'accept-encoding': encoding, 'if-none-match': seen };
  const response = await fetch(`${controller.running.httpUrl}${path}`, { ...init, headers });
  const told = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, headers: Object.fromEntries(told), body: await response.text() };
}

async function hits(): Promise<number> {
  const { items } = await controller.get<{ items: { name: string; hits: number }[] }>('caches');
  return items.find(({ name }) => name === 'answers')!.hits;
}

describe.each(Object.entries(lists))('an answer of %s that is kept', (_door, list) => {
  it.each(['br', 'gzip', 'identity'])('goes out as it did at first, head and body: %s', async (encoding) => {
    const { first, second } = await until('an answer was kept', async () => {
      const before = await hits();
      const answers = { first: await answerOf(list, encoding), second: await answerOf(list, encoding) };
      return (await hits()) > before && answers;
    });
    expect(second).toEqual(first);
    expect(second.headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
    expect(second.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(second.body).toContain('site-9');
  });

  it('is the new one for whoever changed what it tells', async () => {
    for (const name of ['first', 'second', 'third']) {
      await answerOf(list, 'gzip');
      await controller.ask('PATCH', 'sites/site-9', { location: `the ${name} room` });
      expect((await answerOf(list, 'gzip')).body).toContain(`the ${name} room`);
    }
  });
});

it('a kept list is not sent to whoever has it', async () => {
  const again = await until('nothing changes between two answers', async () => {
    const { headers } = await answerOf(lists.REST, 'gzip');
    const before = await hits();
    const answer = await answerOf(lists.REST, 'gzip', headers['etag']);
    return answer.status === 304 && (await hits()) > before && answer;
  });
  expect(again.body).toBe('');
  expect(again.headers).not.toHaveProperty('content-type');
});
