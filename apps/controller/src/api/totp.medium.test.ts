import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql, TestAccount, TestController } from '../testing/index.ts';

let controller: TestController;
beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '100000' });
});
afterAll(() => controller.stop());

/** The app on somebody's telephone, which shows a code for any moment. */
const appFor = (secret: string) => {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 });
  return { code: (offsetSeconds = 0) => totp.generate({ timestamp: Date.now() + offsetSeconds * 1_000 }) };
};
type App = ReturnType<typeof appFor>;

/** Codes of the last step count as used, as if their time had come long ago. */
const forgetLastStep = () => controller.sql('UPDATE totp_devices SET last_step = 0');
const login = (account: TestAccount, code?: string) =>
  controller.request('POST', 'auth/login', {
    username: account.username,
    password: account.password,
    ...(code === undefined ? {} : { code }),
  });

async function withApp(username: string): Promise<{ account: TestAccount; app: App; recovery: string[] }> {
  const account = await TestAccount.create(controller, username, 'viewer');
  const begun = await account.ask<{ secret: string; uri: string }>('POST', 'account/totp', {
    password: account.password,
  });
  expect(begun.body.uri).toMatch(new RegExp(`^otpauth://totp/Patronus:${username}\\?.*secret=${begun.body.secret}`));
  const app = appFor(begun.body.secret);
  expect((await login(account)).status).toBe(200);
  const confirmed = await account.ask<{ recovery_codes: string[] }>('POST', 'account/totp/confirmation', {
    code: app.code(),
  });
  expect(confirmed.status).toBe(200);
  await forgetLastStep();
  return { account, app, recovery: confirmed.body.recovery_codes };
}

describe('a sign-in with an app', () => {
  it('asks for the code, and takes it once', async () => {
    const { account, app } = await withApp('alice');
    expect((await login(account)).body).toMatchObject({ status: 401, code: 'mfa_required' });
    expect((await login(account, '000000')).body).toMatchObject({ status: 401, code: 'unauthenticated' });
    const code = app.code();
    expect((await login(account, code)).status).toBe(200);
    expect((await login(account, code)).body).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect((await login(account, app.code(-30))).status).toBe(401);
    expect((await login(account, app.code(30))).status).toBe(200);
    const { items } = await controller.get<{ items: { details: { reason: string } }[] }>(
      'audit?action=sign_in_failed&target=alice&order=oldest',
    );
    expect(items.map(({ details }) => details.reason)).toEqual(['wrong code', 'code used before', 'code used before']);
  });

  it('takes a code once when it comes fifty times at the same time', async () => {
    const { account, app } = await withApp('bob');
    const code = app.code();
    const answers = await Promise.all(Array.from({ length: 50 }, () => login(account, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('takes each recovery code once, fifty at the same time or not, however it is typed', async () => {
    const { account, recovery } = await withApp('carol');
    expect(new Set(recovery).size).toBe(10);
    const answers = await Promise.all(Array.from({ length: 50 }, () => login(account, recovery[0])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await controller.ask('PUT', 'users/carol/password', { password: account.password });
    expect((await login(account, recovery[0])).status).toBe(401);
    expect((await login(account, recovery[1]!.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    const { items } = await controller.get<{ items: { details: unknown }[] }>(
      'audit?action=recovery_code_used&limit=1',
    );
    expect(items[0]?.details).toEqual({ codes_left: 8 });
  });

  it('does not let codes be guessed: ten wrong ones lock the account', async () => {
    const { account, app } = await withApp('dave');
    for (let guess = 0; guess < 10; guess++) expect((await login(account, String(100_000 + guess))).status).toBe(401);
    expect((await login(account, app.code())).status).toBe(429);
  });

  it('asks for the code at a link for a new password too', async () => {
    const { account, app } = await withApp('erin');
    const link = await controller.ask<{ path: string }>('POST', 'users/erin/password-link');
    const token = link.body.path.split('#')[1];
    const use = (code?: string) =>
      controller.request('POST', 'auth/setup', {
        token,
        password: account.password,
        ...(code === undefined ? {} : { code }),
      });
    expect((await use()).body).toMatchObject({ code: 'mfa_required' });
    expect((await use(app.code())).status).toBe(200);
  });
});

describe('an app', () => {
  it('is set up with the password, and counts only once a code of it was seen', async () => {
    const account = await TestAccount.create(controller, 'frank', 'viewer');
    expect((await account.ask('POST', 'account/totp', { password: 'wrong' })).status).toBe(422);
    expect((await account.ask('POST', 'account/totp/confirmation', { code: '123456' })).status).toBe(409);
    await account.ask('POST', 'account/totp', { password: account.password });
    expect((await account.ask('POST', 'account/totp/confirmation', { code: '123456' })).status).toBe(422);
    expect((await login(account)).status).toBe(200);
  });

  it('is taken away with a code of it, and renews the recovery codes with another', async () => {
    const { account, app, recovery } = await withApp('gina');
    expect((await account.ask('POST', 'account/totp', { password: account.password })).status).toBe(409);
    const renewed = await account.ask<{ recovery_codes: string[] }>('POST', 'account/recovery-codes', {
      code: app.code(),
    });
    expect(renewed.body.recovery_codes).toHaveLength(10);
    expect((await login(account, recovery[0])).status).toBe(401);
    expect((await account.ask('POST', 'account/totp/removal', { code: app.code() })).status).toBe(422);
    expect((await account.ask('POST', 'account/totp/removal', { code: app.code(30) })).status).toBe(204);
    expect((await login(account)).status).toBe(200);
  });

  it('that is lost is taken away by an administrator', async () => {
    const { account } = await withApp('hank');
    expect((await controller.ask('GET', 'users/hank')).body).toMatchObject({ totp: true });
    expect((await controller.ask('DELETE', 'users/hank/totp')).status).toBe(204);
    expect((await login(account)).status).toBe(200);
  });

  it('is set up through GraphQL the same way, and leaves the same rows', async () => {
    const account = await TestAccount.create(controller, 'iris', 'viewer');
    const run = (query: string) => graphql(controller, query, account.bearer);
    const begun = await run(`mutation { beginTotp(password: "${account.password}") { secret uri } }`);
    const app = appFor((begun.data!['beginTotp'] as { secret: string }).secret);
    const confirmed = await run(`mutation { confirmTotp(code: "${app.code()}") { recovery_codes } }`);
    expect((confirmed.data!['confirmTotp'] as { recovery_codes: string[] }).recovery_codes).toHaveLength(10);
    await forgetLastStep();
    expect((await run(`mutation { renewRecoveryCodes(code: "${app.code()}") { recovery_codes } }`)).code).toBeNull();
    await forgetLastStep();
    expect((await run(`mutation { removeTotp(code: "${app.code()}") { message } }`)).code).toBeNull();
    const local = { authorization: `Bearer ${controller.localToken}` };
    const reset = await graphql(controller, 'mutation { resetUserTotp(user_id: "iris") { message } }', local);
    expect(reset.data).toEqual({ resetUserTotp: { message: 'They were not asked for codes' } });
    const { items } = await controller.get<{ items: { action: string }[] }>('audit?order=oldest&target=iris');
    expect(items.map(({ action }) => action).filter((action) => /totp|recovery/.test(action))).toEqual([
      'totp_enabled',
      'recovery_codes_renewed',
      'totp_disabled',
    ]);
  });

  it('and its codes are not to be read in the database', async () => {
    const { recovery } = await withApp('jack');
    const devices = (await controller.sql('SELECT secret FROM totp_devices')) as { secret: string }[];
    const codes = JSON.stringify(await controller.sql('SELECT * FROM recovery_codes'));
    expect(devices.every(({ secret }) => secret.startsWith('pse1.'))).toBe(true);
    expect(recovery.some((code) => codes.includes(code) || codes.includes(code.replaceAll('-', '')))).toBe(false);
  });
});
