import { afterEach, beforeEach, expect, it } from 'vitest';
import { tableNames } from '../testing/test-database.ts';
import { graphql, tamperWithAudit, TestAccount, TestController } from '../testing/index.ts';

let controller: TestController;
let alice: TestAccount;
beforeEach(async () => {
  controller = await TestController.start({ PATRONUS_SIGN_IN_LIMIT: '1000' });
  await TestAccount.create(controller, 'root', 'admin');
  alice = await TestAccount.create(controller, 'alice', 'admin');
});
afterEach(() => controller.stop());

/** Leaves traces wherever there are any to leave. */
async function live(): Promise<void> {
  await controller.ask('PATCH', 'users/alice', { name: 'Alice Gruber' });
  const endpoints = (address: string) => [{ label: 'mpls', device: 'eth0', address }];
  await alice.ask('POST', 'sites', { name: 'hq', endpoints: endpoints('192.0.2.1') });
  const { body: key } = await alice.ask<{ key: string }>('POST', 'api-keys', { name: 'ci', scopes: ['network:write'] });
  const bearer = { authorization: `Bearer ${key.key}`, 'idempotency-key': 'one' };
  const site = { name: 'branch', endpoints: endpoints('192.0.2.2') };
  await controller.request('POST', 'sites', site, bearer);
  const { items: paths } = await controller.get<{ items: { id: string }[] }>('paths');
  await alice.ask('POST', `paths/${paths[0]!.id}/failover`, { reason: 'rebuilt' });
  const { items: events } = await controller.get<{ items: { id: string }[] }>('events?limit=1');
  await alice.ask('POST', 'events/acknowledgements', { ids: [events[0]!.id] });
  await controller.ask('PATCH', 'users/alice', { role: 'viewer' });
  await alice.ask('DELETE', 'sites/hq');
  await controller.request('POST', 'auth/login', { username: 'alice', password: 'Wrong-Horse-8-Battery' });
}

/** Every row of every table, as text. */
const everything = (): Promise<string> =>
  controller.withDatabase(async (db) => {
    const tables = await Promise.all((await tableNames(db)).map((name) => controller.sql(`SELECT * FROM ${name}`)));
    return JSON.stringify(tables);
  });
const verification = () =>
  controller.get<{ valid: boolean; rows: number; erased: number; fault: unknown }>('audit/verification');

it('leaves nothing that tells of somebody in any table, and the audit log whole', async () => {
  await live();
  const traces = new RegExp(`alice|gruber|${alice.id}|${alice.sessionId}`, 'i');
  expect(await everything()).toMatch(traces);
  const before = await verification();
  const { status, body } = await controller.ask('POST', 'users/alice/erasure');
  expect([status, body['success'], body['pseudonym']]).toEqual([200, true, expect.stringMatching(/^erased-\w{12}$/)]);
  expect(await everything()).not.toMatch(traces);
  const after = await verification();
  expect(after).toMatchObject({ valid: true, rows: before.rows + 1, fault: null, erased: body['audit_rows'] });
  expect(after.erased).toBeGreaterThan(9);
  const { items } = await controller.get<{ items: Record<string, unknown>[] }>(
    `audit?actor=${String(body['pseudonym'])}`,
  );
  expect(items).toContainEqual(expect.objectContaining({ action: 'site_created', target: 'hq', address: null }));
  expect((await alice.ask('GET', 'account')).status).toBe(401);
  expect((await controller.ask('POST', 'users/alice/erasure')).status).toBe(404);
  await controller.restart();
  expect(await verification()).toMatchObject({ valid: true });
});

it('reaches who was purged before, of whom only the log tells', async () => {
  await live();
  await controller.ask('DELETE', 'users/alice?purge=true');
  const { data } = await graphql(controller, 'mutation { eraseUser(user_id: "alice") { success events } }', {
    authorization: `Bearer ${controller.localToken}`,
  });
  expect(data!['eraseUser']).toMatchObject({ success: true });
  expect(await everything()).not.toMatch(/alice/i);
  expect(await verification()).toMatchObject({ valid: true });
});

it('can be done by somebody for themselves, but not by the last administrator', async () => {
  expect((await alice.ask('POST', 'users/alice/erasure')).status).toBe(200);
  expect(await everything()).not.toMatch(/alice/i);
  expect((await controller.ask('POST', 'users/root/erasure')).status).toBe(409);
});

it('is no way to change the log: what is written back, or erased by somebody else, is found', async () => {
  await live();
  await controller.ask('POST', 'users/alice/erasure');
  await controller.withDatabase(async (db) => {
    const change = `UPDATE sdwan_audit_log SET actor = 'mallory' WHERE sequence = 1`;
    await expect(controller.sql(change)).rejects.toThrow(/append-only/);
    const again = `UPDATE sdwan_audit_log SET result = 'failed' WHERE salt IS NULL`;
    await expect(controller.sql(again)).rejects.toThrow(/append-only/);
    await tamperWithAudit(db, `UPDATE sdwan_audit_log SET actor = 'alice' WHERE actor LIKE 'erased-%'`);
  });
  expect(await verification()).toMatchObject({ valid: false, fault: { code: 'row_changed' } });
});
