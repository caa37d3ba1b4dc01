import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAccount, TestController, until } from '../testing/index.ts';

let controller: TestController;
let alice: TestAccount;
let bob: TestAccount;
beforeAll(async () => {
  // So slow that nothing comes back while a test runs.
  controller = await TestController.start({ PATRONUS_RATE_LIMIT: '1' });
  alice = await TestAccount.create(controller, 'alice', 'operator');
  bob = await TestAccount.create(controller, 'bob', 'operator');
});
afterAll(() => controller.stop());

/** How many of a burst were let through beyond what came back while it lasted, however slow the machine is. */
const burst = async (count: number, ask: () => Promise<{ status: number }>, perSecond = 1) => {
  const start = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, ask));
  const through = answers.filter(({ status }) => status !== 429).length;
  const back = Math.floor(((performance.now() - start) / 1_000) * perSecond);
  return { least: Math.max(0, through - back), most: through };
};
const letThrough = ({ least, most }: { least: number; most: number }, size: number): void => {
  expect(least).toBeLessThanOrEqual(size);
  expect(most).toBeGreaterThanOrEqual(size);
};

/** The answer, where it is that this was too often. */
async function refusalOf<T extends { status: number }>(ask: () => Promise<T>): Promise<T | null> {
  const answer = await ask();
  return answer.status === 429 ? answer : null;
}

describe('a limit', () => {
  it('lets twice its rate through at once, and tells whoever asks more when to come back', async () => {
    letThrough(await burst(30, () => alice.ask('GET', 'policies')), 2);
    const refused = await until('one is refused', () => refusalOf(() => alice.ask('GET', 'policies')));
    expect(refused.body).toMatchObject({ code: 'rate_limited' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
  });

  it('is that of a user and an operation: others are not held up', async () => {
    await until('one is refused', () => refusalOf(() => alice.ask('GET', 'edges')));
    expect((await bob.ask('GET', 'edges')).status).toBe(200);
    expect((await alice.ask('GET', 'decisions')).status).toBe(200);
  });

  it('is that of an address where nobody is signed in', async () => {
    letThrough(await burst(30, () => controller.request('GET', 'events')), 2);
    expect((await bob.ask('GET', 'events')).status).toBe(200);
  });

  it('counts what one GraphQL document asks several times', async () => {
    const query = `{ ${Array.from({ length: 5 }, (_, index) => `a${index}: transportLinks { a }`).join(' ')} }`;
    const answer = await controller.request<{ errors: { extensions: { code: string } }[] }>(
      'POST',
      '/graphql',
      { query },
      alice.bearer,
    );
    expect(answer.status).toBe(429);
    expect(answer.body.errors.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('rate_limited'));
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('is none for whoever owns the machine', async () => {
    expect((await burst(20, () => controller.ask('GET', 'paths'))).most).toBe(20);
  });
});

describe('a try of a password', () => {
  it('is let through ten times a minute from an address, whatever the name', async () => {
    const own = await TestController.start();
    try {
      let name = 0;
      const guess = () => own.request('POST', 'auth/login', { username: `user-${name++}`, password: 'guess' });
      letThrough(await burst(20, guess, 10 / 60), 10);
      const refused = await until('one is refused', () => refusalOf(guess));
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(6);
    } finally {
      await own.stop();
    }
  });
});

describe('an address that shows tokens that are not valid', () => {
  it('is held up after sixty, before anything is looked up', async () => {
    const own = await TestController.start();
    try {
      const show = (index: number) =>
        own.request('GET', 'account', undefined, { authorization: `Bearer ptk_${index}` });
      let index = 0;
      letThrough(await burst(100, () => show(index++)), 60);
      const { items } = await own.get<{ items: unknown[] }>('audit?action=token_refused&limit=1000');
      expect(items.length).toBeGreaterThanOrEqual(10);
      expect(items.length).toBeLessThanOrEqual(12);
    } finally {
      await own.stop();
    }
  });
});
