import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditedController, bearer, type AuditRow, type TestTokens } from '../testing/audited-controller.ts';
import { post, TestController, TestEdge } from '../testing/index.ts';

const audited = new AuditedController();
const { graphql, leaked, login, newKey, password, rest, rowsOf, secrets, wrongPassword } = audited;
let controller: TestController;

beforeAll(async () => {
  await audited.start();
  controller = audited.controller;
  await rest('POST', 'sites', { name: 'local' });
});
afterAll(async () => {
  await audited.stop();
});

describe('what is refused', () => {
  it('to a viewer leaves a row at both doors, and changes nothing', async () => {
    const viewer = await login();
    await controller.sql(`UPDATE users SET role = 'viewer'`);
    try {
      const refused = await rowsOf(async () => {
        expect((await controller.request('DELETE', 'sites/local', undefined, bearer(viewer))).status).toBe(403);
        await expect(graphql('mutation { clearCache { success } }', viewer)).rejects.toThrow(/forbidden/);
        expect((await controller.request('GET', 'audit', undefined, bearer(viewer))).status).toBe(403);
        await expect(graphql('{ auditLog { action } }', viewer)).rejects.toThrow(/forbidden/);
      });
      expect(
        refused.map(({ action, actor, address, target, result }) => [action, actor, address, target, result]),
      ).toEqual(
        ['DELETE /api/v1/sites/:site', 'Mutation.clearCache', 'GET /api/v1/audit', 'Query.auditLog'].map(
          (operation) => ['access_refused', 'admin', '127.0.0.1', operation, 'refused'],
        ),
      );
    } finally {
      await controller.sql(`UPDATE users SET role = 'admin'`);
    }
  });

  it('to a stranger leaves none, as strangers could fill the log', async () => {
    const left = await rowsOf(async () => {
      expect((await controller.request('DELETE', 'sites/local')).status).toBe(401);
      expect((await controller.request('GET', 'audit')).status).toBe(401);
      expect((await controller.request('GET', 'audit/verification')).status).toBe(401);
      await expect(graphql('mutation { clearCache { success } }', null)).rejects.toThrow(/unauthenticated/);
      await expect(graphql('{ auditLog { action } }', null)).rejects.toThrow(/unauthenticated/);
    });
    expect(left).toEqual([]);
  });
});

describe('a sign-in', () => {
  const told = (found: readonly AuditRow[]) =>
    found.map(({ action, actor, target, result, address }) => [action, actor, target, result, address]);

  it('is told, as are its end, a wrong password and a token used twice', async () => {
    const found = await rowsOf(async () => {
      await login(wrongPassword);
      await controller.request('POST', 'auth/login', { username: wrongPassword, password });
      const first = await login();
      await controller.request('POST', 'auth/logout', { refresh_token: first.refresh_token });
      await controller.request('POST', 'auth/logout', { refresh_token: first.refresh_token });
      const second = await login();
      const renew = () =>
        controller.request<TestTokens>('POST', 'auth/refresh', { refresh_token: second.refresh_token });
      secrets.push((await renew()).body.refresh_token);
      expect((await renew()).status).toBe(401);
    });
    const here = '127.0.0.1';
    expect(told(found)).toEqual([
      ['sign_in_failed', 'anonymous', 'admin', 'failed', here],
      ['sign_in_failed', 'anonymous', null, 'failed', here],
      ['sign_in', 'admin', 'admin', 'success', here],
      ['sign_out', 'admin', 'admin', 'success', here],
      ['sign_in', 'admin', 'admin', 'success', here],
      ['refresh_token_reused', 'anonymous', 'admin', 'refused', here],
    ]);
  });

  it('to an account that guessing has locked is told too', async () => {
    const own = await TestController.start({ PATRONUS_ADMIN_PASSWORD: password });
    try {
      await own.sql('UPDATE users SET failed_logins = 9');
      for (const status of [401, 429]) {
        const answer = await own.request('POST', 'auth/login', { username: 'admin', password: wrongPassword });
        expect(answer.status).toBe(status);
      }
      const { items } = await own.get<{ items: AuditRow[] }>('audit?order=oldest&limit=1000');
      expect(told(items)).toEqual([
        ['signing_key_created', 'system', null, 'success', null],
        ['policy_created', 'system', 'default', 'success', null],
        ['password_set', 'system', 'admin', 'success', null],
        ['sign_in_failed', 'anonymous', 'admin', 'failed', '127.0.0.1'],
        ['account_locked', 'system', 'admin', 'success', null],
        ['sign_in_failed', 'anonymous', 'admin', 'refused', '127.0.0.1'],
      ]);
    } finally {
      await own.stop();
    }
  });

  it('by the one-time link is told with the password that it set', async () => {
    const own = await TestController.start();
    try {
      const token = own.running.setupUrl!.split('#')[1];
      await own.request('POST', 'auth/setup', { token, password });
      const { items } = await own.get<{ items: AuditRow[] }>('audit?order=oldest&action=password_set,sign_in');
      expect(told(items)).toEqual([
        ['password_set', 'anonymous', 'admin', 'success', '127.0.0.1'],
        ['sign_in', 'admin', 'admin', 'success', '127.0.0.1'],
      ]);
    } finally {
      await own.stop();
    }
  });
});

describe('an edge', () => {
  it('that joins, is refused or is revoked is told, with the address that it came from', async () => {
    const key = await newKey('local');
    const edge = new TestEdge(controller.edgePort);
    const found = await rowsOf(async () => {
      expect((await edge.enrol(key)).status).toBe(201);
      expect((await new TestEdge(controller.edgePort).enrol(key)).status).toBe(403);
      expect((await post(controller.edgePort, '{}')).status).toBe(422);
      await rest('DELETE', `edges/${edge.edgeId}`);
    });
    expect(
      found.map(({ action, actor_type, target_id, result, address }) => [
        action,
        actor_type,
        target_id,
        result,
        address,
      ]),
    ).toEqual([
      ['edge_enrolled', 'edge', edge.edgeId, 'success', '127.0.0.1'],
      ['edge_enrolment_refused', 'anonymous', null, 'refused', '127.0.0.1'],
      ['edge_revoked', 'user', edge.edgeId, 'success', '127.0.0.1'],
    ]);
  });

  it('that comes with a key of nobody leaves none', async () => {
    const stranger = new TestEdge(controller.edgePort);
    expect(await rowsOf(() => stranger.enrol('no key of ours'))).toEqual([]);
  });
});

it('no secret that was tried stands in the log', async () => {
  expect(secrets.length).toBeGreaterThan(10);
  expect(await leaked()).toEqual([]);
});
