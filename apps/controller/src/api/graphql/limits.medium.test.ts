import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, TestController, type GraphqlResult } from '../../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
  await controller.ask('POST', 'sites', { name: 'hq' });
});
afterAll(() => controller.stop());

const headers = () => ({ authorization: `Bearer ${controller.localToken}` });
const post = (body: unknown) =>
  controller.request<GraphqlResult<unknown> & { code?: string }>('POST', '/graphql', body, headers());
const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
/** Fragments of which each spreads the next twice: 2^count fields from a short text. */
const doubling = (count: number): string =>
  `{ sites { ...f0 } } ${many(count, (i) => `fragment f${i} on Site { ${i + 1 < count ? `...f${i + 1} ...f${i + 1}` : 'id'} }`)}`;

const hostile: readonly [what: string, body: () => unknown, told: RegExp][] = [
  ['10,000 aliases', () => ({ query: `{ ${many(10_000, (i) => `a${i}: sites { id }`)} }` }), /tokens|aliases/],
  ['101 aliases', () => ({ query: `{ ${many(101, (i) => `a${i}: __typename`)} }` }), /aliases/],
  ['depth 100', () => ({ query: `{ sites ${'{ endpoints '.repeat(100)} { id } ${'}'.repeat(100)} }` }), /depth/],
  ['4,000 times the same field', () => ({ query: `{ sites { ${'id '.repeat(3_900)} } }` }), /number of fields/],
  [
    'fragments in a circle',
    () => ({ query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }' }),
    /spreads itself/,
  ],
  ['fragments that double 30 times', () => ({ query: doubling(30) }), /number of fields/],
  ['a batch of 1,000', () => Array.from({ length: 1_000 }, () => ({ query: '{ __typename }' })), /1 to 10 operations/],
  ['a body of 10 MB', () => ({ query: `{ sites { id } } # ${'x'.repeat(10_000_000)}` }), /too large/],
  [
    'lists in lists',
    () => ({ query: `{ ${many(60, (i) => `a${i}: sites { endpoints { id site label device address port } }`)} }` }),
    /too high|number of fields/,
  ],
  [
    'a list 1,900 deep',
    () => ({ query: `{ sites(status: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }` }),
    /too deep/,
  ],
  ['a thousand unknown directives', () => ({ query: `{ sites { id ${'@no '.repeat(1_000)} } }` }), /directive/],
];

describe('a query that asks for too much', () => {
  it.each(hostile)('is refused at once: %s', async (_what, body, told) => {
    const text = JSON.stringify(body());
    await post({ query: '{ __typename }' });
    const started = performance.now();
    const answer = await post(text);
    const tookMs = performance.now() - started;
    const said = [answer.body.errors?.map(({ message }) => message), (answer.body as { detail?: string }).detail].join(
      ' ',
    );
    expect(said).toMatch(told);
    expect(said).not.toMatch(/\bat .*\.[jt]s/);
    // 50 ms from when it has been read; reading 10 MB and a busy machine come on top here.
    expect(tookMs).toBeLessThan(500);
    expect((await post({ query: '{ sites { name } }' })).body.data).toEqual({ sites: [{ name: 'hq' }] });
  });

  it('leaves no memory behind', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const round = async () => {
      for (const [, body] of hostile) await post(body());
    };
    await round();
    const before = used();
    for (let index = 0; index < 5; index++) await round();
    expect(used() - before).toBeLessThan(60_000_000);
  });
});

describe('a batch', () => {
  it('of a few operations is answered in its order', async () => {
    const { body } = await post([{ query: '{ sites { name } }' }, { query: '{ nothing }' }, 5]);
    expect(body).toMatchObject([{ data: { sites: [{ name: 'hq' }] } }, { errors: [{}] }, { errors: [{}] }]);
  });
});

describe('introspection', () => {
  it('can be switched off, and the rest goes on', async () => {
    const closed = await TestController.start({ PATRONUS_GRAPHQL_INTROSPECTION: 'off' });
    try {
      const { errors } = await askGraphql(closed, '{ __schema { types { name } } }');
      expect(errors?.[0]?.message).toMatch(/introspection/);
      expect((await askGraphql(closed, '{ sites { __typename name } }')).data).toEqual({ sites: [] });
    } finally {
      await closed.stop();
    }
  });
});

describe('a persisted query', () => {
  const query = '{ sites { name } policies { priority } }';
  const hash = createHash('sha256').update(query).digest('hex');
  const named = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  const answer = { sites: [{ name: 'hq' }], policies: [{ priority: 0 }] };

  it('is asked for once and then named by its hash', async () => {
    const unknown = await post(named(hash));
    expect([unknown.status, unknown.body.errors?.[0]?.extensions?.code]).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
    expect((await post({ query, ...named(hash) })).body.data).toEqual(answer);
    expect((await post(named(hash))).body.data).toEqual(answer);
    const byGet = await controller.request<GraphqlResult<unknown>>(
      'GET',
      `/graphql?extensions=${encodeURIComponent(JSON.stringify(named(hash).extensions))}`,
    );
    expect(byGet.body.data).toEqual(answer);
  });

  it('is refused with the hash of another', async () => {
    const other = createHash('sha256').update('{ __typename }').digest('hex');
    expect((await post({ query, ...named(other) })).body.errors?.[0]?.message).toMatch(/hash/);
    expect((await post(named(other))).body.errors?.[0]?.message).toBe('PersistedQueryNotFound');
    expect((await post(named('x'))).body.errors?.[0]?.message).toMatch(/sha256Hash/);
    expect((await post(named(5))).body.errors?.[0]?.message).toMatch(/sha256Hash/);
  });
});

describe('a client that takes its time', () => {
  it('with the head of a request is cut off within seconds', async () => {
    const socket = connect(Number(new URL(controller.running.httpUrl).port), '127.0.0.1');
    const started = performance.now();
    const answer: string[] = [];
    socket.on('data', (data) => answer.push(data.toString()));
    socket.on('error', () => undefined);
    socket.write('GET /api/v1/sites HTTP/1.1\r\nHost: localhost\r\n');
    const dribble = setInterval(() => socket.write('X-Slow: 1\r\n'), 500);
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(dribble);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(answer.join('')).toMatch(/^HTTP\/1\.1 408/);
  });
});
