import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, TestController, until } from '../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start();
  await controller.ask('POST', 'sites', { name: 'hq', location: 'a' });
  await controller.ask('POST', 'users', { username: 'owner', role: 'admin' });
});
afterAll(() => controller.stop());

const authorization = () => ({ authorization: `Bearer ${controller.localToken}` });
const send = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
  controller.request(method, path, body, { ...authorization(), ...headers });

/** Each makes something of its own, and says where it is and how it is changed. */
const kinds: readonly {
  readonly kind: string;
  readonly make: () => Promise<string>;
  readonly changes: (round: number) => Record<string, unknown>;
  readonly mutation: (id: string, round: number, version: number) => string;
}[] = [
  {
    kind: 'sites',
    make: async () => made(await controller.ask('POST', 'sites', { name: `s ${Math.random()}` })),
    changes: (round) => ({ location: `room ${round}` }),
    mutation: (id, round, version) =>
      `mutation { updateSite(site_id: "${id}", input: { location: "g ${round}" }, version: ${version}) { version } }`,
  },
  {
    kind: 'endpoints',
    make: async () =>
      made(
        await controller.ask('POST', 'endpoints', {
          site: 'hq',
          label: 'lte',
          device: `e${Math.floor(Math.random() * 1e9)}`,
          nat: true,
        }),
      ),
    changes: (round) => ({ cost: 100 + round }),
    mutation: (id, round, version) =>
      `mutation { updateEndpoint(endpoint_id: "${id}", input: { cost: ${200 + round} }, version: ${version}) { version } }`,
  },
  {
    kind: 'policies',
    make: async () => made(await controller.ask('POST', 'policies', { name: `p ${Math.random()}`, priority: 5 })),
    changes: (round) => ({ description: `round ${round}` }),
    mutation: (id, round, version) =>
      `mutation { updatePolicy(id: ${id}, input: { description: "g ${round}" }, version: ${version}) { version } }`,
  },
  {
    kind: 'users',
    make: async () => made(await controller.ask('POST', 'users', { username: nameOf('u'), role: 'viewer' })),
    changes: (round) => ({ name: `room ${round}` }),
    mutation: (id, round, version) =>
      `mutation { updateUser(user_id: "${id}", input: { name: "g ${round}" }, version: ${version}) { version } }`,
  },
  {
    kind: 'api-keys',
    make: async () =>
      made(await controller.ask('POST', 'api-keys', { name: 'k', scopes: ['audit:read'], user: 'owner' })),
    changes: (round) => ({ name: `room ${round}` }),
    mutation: (id, round, version) =>
      `mutation { updateApiKey(key_id: "${id}", input: { name: "g ${round}" }, version: ${version}) { version } }`,
  },
  {
    kind: 'event-sinks',
    make: async () =>
      made(await controller.ask('POST', 'event-sinks', { name: nameOf('s'), syslog: { url: 'udp://198.51.100.9' } })),
    changes: (round) => ({ syslog: { url: 'udp://198.51.100.9', facility: round } }),
    mutation: (id, round, version) =>
      `mutation { updateEventSink(sink: "${id}", input: { syslog: { url: "udp://198.51.100.8", facility: ${round} } }, version: ${version}) { version } }`,
  },
  {
    kind: 'enrolment-keys',
    make: async () => made(await controller.ask('POST', 'enrolment-keys', { site: 'hq' })),
    changes: (round) => ({ max_uses: 10 + round }),
    mutation: (id, round, version) =>
      `mutation { updateEnrolmentKey(id: "${id}", input: { max_uses: ${50 + round} }, version: ${version}) { version } }`,
  },
];
const nameOf = (start: string): string => `${start}${randomUUID().slice(0, 8)}`;
const made = ({ body }: { body: Record<string, unknown> }): string => String(body['id']);

describe.each(kinds)('of two who change one of the $kind', ({ kind, make, changes, mutation }) => {
  it('the later one is refused and told the version that there is', async () => {
    const path = `${kind}/${await make()}`;
    const read = await controller.ask('GET', path);
    const tag = read.headers.get('etag')!;
    expect(tag).toMatch(/^"1-/);
    expect((await send('PATCH', path, changes(1), { 'if-match': tag })).body['version']).toBe(2);
    const late = await send('PATCH', path, changes(2), { 'if-match': tag });
    expect([late.status, late.body['code'], late.body['current_version']]).toEqual([412, 'version_mismatch', 2]);
    expect((await send('DELETE', path, undefined, { 'if-match': tag })).status).toBe(412);
    const now = (await controller.ask('GET', path)).body;
    expect(now).toMatchObject({ ...changes(1), version: 2 });
  });

  it('only one of 20 at once wins, whichever door they come by', async () => {
    const id = await make();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, round) => {
        if (round % 2 === 0) {
          return (await send('PATCH', `${kind}/${id}`, changes(round), { 'if-match': '"1"' })).status === 200;
        }
        const { errors } = await askGraphql(controller, mutation(id, round, 1));
        if (errors !== undefined)
          expect(errors[0]?.extensions).toMatchObject({ code: 'version_mismatch', current_version: 2 });
        return errors === undefined;
      }),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await controller.ask('GET', `${kind}/${id}`)).body['version']).toBe(2);
  });

  it('scripts that do not ask for it are not held up', async () => {
    const path = `${kind}/${await make()}`;
    expect((await controller.ask('PATCH', path, changes(1))).status).toBe(200);
    expect((await send('PATCH', path, changes(2), { 'if-match': '*' })).status).toBe(200);
    expect((await send('PATCH', path, changes(3), { 'if-match': '"7", "3"' })).status).toBe(200);
  });

  it('a change that changes nothing leaves the version, and a tag that is none of ours matches nothing', async () => {
    const path = `${kind}/${await make()}`;
    await controller.ask('PATCH', path, changes(1));
    expect((await controller.ask('PATCH', path, changes(1))).body['version']).toBe(2);
    for (const tag of ['W/"2"', '"two"', '2', '""']) {
      expect([tag, (await send('PATCH', path, changes(4), { 'if-match': tag })).status]).toEqual([tag, 412]);
    }
  });
});

describe('the transport links', () => {
  it('are not overwritten by who has not seen what they are', async () => {
    const { headers, body } = await controller.ask('GET', 'transport-links');
    const tag = headers.get('etag')!;
    const set = (links: unknown) => send('PUT', 'transport-links', { links }, { 'if-match': tag });
    expect((await set([{ a: 'mpls', b: 'mpls' }])).status).toBe(200);
    const late = await set(null);
    expect([late.status, late.body['current_version']]).toEqual([412, Number(body['version']) + 1]);
    await controller.ask('PUT', 'transport-links', { links: null });
  });
});

describe('answers that a reader has already', () => {
  it.each(['sites', 'sites/hq', 'policies', 'events?limit=1'])('are not sent again: %s', async (path) => {
    // Documents that are compiled meanwhile show in the list of sites.
    const tag = await until('nothing changes between two answers', async () => {
      const { headers } = await controller.ask('GET', path);
      const again = await send('GET', path, undefined, { 'if-none-match': headers.get('etag')! });
      return again.status === 304 && again.body === ('' as unknown) && headers.get('etag');
    });
    await controller.ask('PATCH', 'sites/hq', { location: `room ${Math.random()}` });
    await controller.ask('PATCH', 'policies/1', { description: `at ${Math.random()}` });
    expect((await send('GET', path, undefined, { 'if-none-match': tag })).status).toBe(200);
  });

  it('travel compressed where they are long', async () => {
    for (let index = 0; index < 10; index++) await controller.ask('POST', 'sites', { name: `long ${index}` });
    const length = async (encoding: string) => {
      const response = await fetch(`${controller.running.httpUrl}/api/v1/sites`, {
        headers: { 'accept-encoding': encoding },
      });
      const body = await response.text();
      return [response.headers.get('content-encoding'), body.length > 1_000] as const;
    };
    expect([await length('br'), await length('gzip'), await length('identity')]).toEqual([
      ['br', true],
      ['gzip', true],
      [null, true],
    ]);
  });
});
