import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, TestAccount, TestController } from '../testing/index.ts';

let controller: TestController;
let alice: TestAccount;
type Item = Record<string, unknown>;
interface Page {
  readonly items: Item[];
  readonly next_cursor: string | null;
}

beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '1000', PATRONUS_PRIVATE_TARGETS: 'all' });
  alice = await TestAccount.create(controller, 'alice', 'operator');
  for (const [username, role] of [
    ['bob', 'viewer'],
    ['carol', 'viewer'],
    ['dora', 'admin'],
  ]) {
    await controller.ask('POST', 'users', { username, role, name: `${username} of Graz` });
  }
  await controller.ask('PATCH', 'users/carol', { enabled: false });
  for (const name of ['ci', 'backup', 'monitor']) {
    const scopes = name === 'ci' ? ['network:write'] : ['network:read'];
    await alice.ask('POST', 'api-keys', { name, scopes });
  }
  for (const name of ['pager', 'archive']) {
    await controller.ask('POST', 'event-sinks', {
      name,
      enabled: name === 'pager',
      webhook: { url: 'http://127.0.0.1:9/' },
    });
  }
  await alice.signIn();
});
afterAll(() => controller.stop());

const names = async (path: string, field: string): Promise<unknown[]> =>
  (await controller.get<Page>(path)).items.map((item) => item[field]);

describe('lists of users, sessions, keys and sinks', () => {
  it.each([
    ['users?sort=-username', 'username', ['dora', 'carol', 'bob', 'alice']],
    ['users?role=viewer&enabled=true', 'username', ['bob']],
    ['users?search=GRAZ&sort=role,-username', 'username', ['dora', 'carol', 'bob']],
    ['api-keys?user=alice&scope=network:read&sort=name', 'name', ['backup', 'monitor']],
    ['api-keys?user=*&search=alice&sort=-name', 'name', ['monitor', 'ci', 'backup']],
    ['event-sinks?sort=-name', 'name', ['pager', 'archive']],
    ['event-sinks?enabled=false&kind=webhook', 'name', ['archive']],
  ])('%s', async (path, field, expected) => {
    expect(await names(path, field)).toEqual(expected);
  });

  it('are paged by places, so that nothing is told twice or left out when others come', async () => {
    const first = await controller.get<Page>('users?limit=2');
    await controller.ask('POST', 'users', { username: 'aaron', role: 'viewer' });
    const rest = await controller.get<Page>(`users?limit=5&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest.items].map((item) => item['username'])).toEqual(['alice', 'bob', 'carol', 'dora']);
    await controller.ask('DELETE', 'users/aaron?purge=true');
  });

  it('say the same at GraphQL, whose older argument for the user works on', async () => {
    const query = `query ($user: ID) {
      usersPage(role: ["viewer"], sort: "-username", limit: 1) { items { username } next_cursor }
      apiKeys(user_id: $user, sort: "name", limit: 2) { name }
      apiKeysPage(user: "alice", scope: ["network:write"]) { items { name } next_cursor }
      eventSinks(kind: ["webhook"], sort: "name") { name }
      sessionsPage(user_id: "*", search: "ALICE", sort: "created_at", limit: 1) { items { id username } }
    }`;
    const { data, errors } = await askGraphql(controller, query, { user: alice.id });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      usersPage: { items: [{ username: 'carol' }], next_cursor: expect.any(String) as string },
      apiKeys: [{ name: 'backup' }, { name: 'ci' }],
      apiKeysPage: { items: [{ name: 'ci' }], next_cursor: null },
      eventSinks: [{ name: 'archive' }, { name: 'pager' }],
      sessionsPage: { items: [{ id: alice.sessionId, username: 'alice' }] },
    });
  });

  it('refuse what they do not know, and the cursor of another list', async () => {
    expect((await controller.ask('GET', 'users?colour=blue')).status).toBe(422);
    expect((await controller.ask('GET', 'api-keys?sort=secret_hash')).status).toBe(422);
    const { next_cursor: cursor } = await controller.get<Page>('users?limit=1');
    expect((await controller.ask('GET', `sessions?cursor=${cursor}`)).status).toBe(422);
  });
});
