import { afterAll, beforeAll, expect, it } from 'vitest';
import { askGraphql, TestAccount, TestController, TestEdge } from '../testing/index.ts';

let controller: TestController;
let alice: TestAccount;
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '1000' });
  alice = await TestAccount.create(controller, 'alice', 'viewer');
});
afterAll(() => controller.stop());

const only = async (path: string) => (await controller.get<{ items: { id: string }[] }>(path)).items[0]!.id;

it('tells one object of each kind by its id, and says which one is not there', async () => {
  await controller.ask('POST', 'sites', {
    name: 'hq',
    endpoints: [{ label: 'mpls', device: 'eth0', address: '192.0.2.1' }],
  });
  const { body: key } = await controller.ask<{ id: string; key: string }>('POST', 'enrolment-keys', { site: 'hq' });
  const edge = new TestEdge(controller.edgePort);
  await edge.enrol(key.key);
  const ids = { event: await only('events'), edge: edge.edgeId, key: key.id, session: alice.sessionId };
  const query = `query ($event: ID!, $edge: ID!, $key: ID!, $session: ID!) {
    event(event_id: $event) { id } edge(edge_id: $edge) { id } enrolmentKey(key_id: $key) { id } session(session_id: $session) { id }
  }`;
  expect(await askGraphql(controller, query, ids)).toEqual({
    data: Object.fromEntries(
      Object.entries({ ...ids, key: undefined, enrolmentKey: key.id })
        .filter(([, id]) => id !== undefined)
        .map(([name, id]) => [name, { id }]),
    ),
  });
  const none = Object.fromEntries(Object.keys(ids).map((name) => [name, 'none']));
  const { errors } = await askGraphql(controller, query, none);
  expect(errors!.map(({ extensions }) => extensions?.code)).toContain('not_found');
});

it('tells a session to its user, and to nobody else but administrators', async () => {
  const other = await TestAccount.create(controller, 'bob', 'operator');
  const query = `{ session(session_id: "${alice.sessionId}") { username current } }`;
  expect(await askGraphql(controller, query, {}, { headers: alice.bearer })).toEqual({
    data: { session: { username: 'alice', current: true } },
  });
  const { errors } = await askGraphql(controller, query, {}, { headers: other.bearer });
  expect(errors![0]!.extensions!.code).toBe('forbidden');
});
