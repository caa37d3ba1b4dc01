import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, TestAccount, TestAuthenticator, TestController, type Tokens } from '../testing/index.ts';

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly name: string };
  readonly authenticatorSelection: { readonly userVerification: string };
}
interface SignInOptions {
  readonly challenge: string;
  readonly rpId: string;
}

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '100000' });
});
afterAll(() => controller.stop());

const page = (): string => controller.running.httpUrl;
const begin = async (account: TestAccount): Promise<CreationOptions> =>
  (await account.ask<CreationOptions>('POST', 'passkeys/options', { password: account.password })).body;
const signInOptions = async (): Promise<SignInOptions> =>
  (await controller.request<SignInOptions>('POST', 'auth/passkey/options')).body;
const prove = (proof: object, door = 'auth/passkey') => controller.request<Tokens>('POST', door, proof);

/** A user with a passkey in a device. */
async function withPasskey(username: string): Promise<{ account: TestAccount; device: TestAuthenticator }> {
  const account = await TestAccount.create(controller, username, 'operator');
  const device = new TestAuthenticator();
  const made = await account.ask('POST', 'passkeys', { name: 'phone', ...device.create(await begin(account), page()) });
  expect(made).toMatchObject({ status: 201, body: { id: device.id, name: 'phone', username, host: 'localhost' } });
  return { account, device };
}

describe('a passkey', () => {
  it('signs its user in without name, password or code, and each answer counts once', async () => {
    const { account, device } = await withPasskey('alice');
    const proof = device.get(await signInOptions(), page());
    const { status, body } = await prove(proof);
    expect(status).toBe(200);
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await controller.request('GET', 'account', undefined, headers)).body).toMatchObject({ username: 'alice' });
    expect((await prove(proof)).status).toBe(401);
    const { items } = (await account.ask<{ items: { last_used_at: number }[] }>('GET', 'passkeys')).body;
    expect(items).toMatchObject([{ last_used_at: expect.any(Number) as unknown }]);
  });

  it('counts once when an answer comes fifty times at the same time', async () => {
    const { device } = await withPasskey('bob');
    const proof = device.get(await signInOptions(), page());
    const answers = await Promise.all(Array.from({ length: 50 }, () => prove(proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('signs a page in by a cookie', async () => {
    const { device } = await withPasskey('carol');
    const answer = await prove(device.get(await signInOptions(), page()), 'auth/cookie/passkey');
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    expect((await controller.request('GET', 'account', undefined, { cookie })).body).toMatchObject({
      username: 'carol',
    });
  });

  it('is refused where the answer is for another page, not unlocked, copied, or by somebody unknown', async () => {
    const { device } = await withPasskey('dave');
    const proof = async (change: (options: SignInOptions) => SignInOptions = (same) => same, origin = page()) =>
      device.get(change(await signInOptions()), origin);
    expect((await prove(await proof(undefined, 'https://evil.example'))).status).toBe(401);
    expect((await prove(await proof((options) => ({ ...options, rpId: 'evil.example' })))).status).toBe(401);
    expect((await prove(await proof((options) => ({ ...options, challenge: 'b3du' })))).status).toBe(401);
    device.isUnlocked = false;
    expect((await prove(await proof())).status).toBe(401);
    device.isUnlocked = true;
    const good = await proof();
    const forged = { ...good, signature: (await proof()).signature };
    expect((await prove(forged)).status).toBe(401);
    expect((await prove({ ...good, id: new TestAuthenticator().id })).status).toBe(401);
    expect((await prove(good)).status).toBe(200);
    device.counter = 0;
    expect((await prove(await proof())).status).toBe(401);
    const { items } = await controller.get<{ items: { details: { reason: string } }[] }>(
      'audit?action=sign_in_failed&target=dave&order=oldest',
    );
    expect(items.map(({ details }) => details.reason)).toEqual(Array(6).fill('wrong passkey'));
  });

  it('opens nothing once its user is disabled, or it was removed', async () => {
    const { account, device } = await withPasskey('erin');
    const open = async () => (await prove(device.get(await signInOptions(), page()))).status;
    await controller.ask('PATCH', 'users/erin', { enabled: false });
    expect(await open()).toBe(401);
    await controller.ask('PATCH', 'users/erin', { enabled: true });
    expect(await open()).toBe(200);
    account.tokens = await account.signIn();
    expect((await account.ask('DELETE', `passkeys/${device.id}`)).status).toBe(204);
    expect(await open()).toBe(401);
  });

  it('is added with the password, by who asked for it, once', async () => {
    const { account, device } = await withPasskey('frank');
    expect((await account.ask('POST', 'passkeys/options', { password: 'wrong' })).status).toBe(422);
    const options = await begin(account);
    expect([options.user.name, options.authenticatorSelection.userVerification]).toEqual(['frank', 'required']);
    const add = (who: TestAccount, made: object) => who.ask('POST', 'passkeys', { name: 'stick', ...made });
    expect((await add(account, device.create(options, page()))).status).toBe(422);
    const other = await TestAccount.create(controller, 'gina', 'viewer');
    const theirs = await begin(account);
    expect((await add(other, new TestAuthenticator().create(theirs, page()))).status).toBe(422);
    expect((await add(account, new TestAuthenticator().create(theirs, 'https://evil.example'))).status).toBe(422);
    const made = new TestAuthenticator().create(theirs, page());
    expect((await add(account, made)).status).toBe(201);
    expect((await add(account, made)).status).toBe(422);
  });

  it('is added and removed through GraphQL too, and leaves the same rows', async () => {
    const account = await TestAccount.create(controller, 'hank', 'viewer');
    const run = (query: string) => graphql(controller, query, account.bearer);
    const begun = await run(`mutation { beginPasskey(password: "${account.password}") }`);
    const made = new TestAuthenticator().create(begun.data!['beginPasskey'] as CreationOptions, page());
    const added = await run(
      `mutation { addPasskey(input: { name: "stick", id: "${made.id}", client_data_json: "${made.client_data_json}", attestation_object: "${made.attestation_object}" }) { id name } }`,
    );
    expect(added.data).toEqual({ addPasskey: { id: made.id, name: 'stick' } });
    expect((await run('{ passkeys { name host } }')).data).toEqual({
      passkeys: [{ name: 'stick', host: 'localhost' }],
    });
    expect((await run(`mutation { deletePasskey(passkey_id: "${made.id}") { message } }`)).code).toBeNull();
    const { items } = await controller.get<{ items: { action: string; target: string }[] }>(
      'audit?order=oldest&actor=hank&action=passkey_added,passkey_removed',
    );
    expect(items.map(({ action, target }) => [action, target])).toEqual([
      ['passkey_added', 'stick'],
      ['passkey_removed', 'stick'],
    ]);
  });
});
