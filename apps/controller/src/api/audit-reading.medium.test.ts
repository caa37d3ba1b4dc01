import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditedController, type AuditRow } from '../testing/audited-controller.ts';
import { tamperWithAudit, TestEdge, type TestController } from '../testing/index.ts';

const audited = new AuditedController();
const { graphql, login, newKey, rest, rows } = audited;
let controller: TestController;

beforeAll(async () => {
  await audited.start();
  controller = audited.controller;
  await controller.ask('POST', 'sites', { name: 'local' });
  const { refresh_token } = await login();
  await controller.request('POST', 'auth/logout', { refresh_token });
  const key = await newKey('local');
  // the second is refused
  for (let edge = 1; edge <= 2; edge++) await new TestEdge(controller.edgePort).enrol(key);
  for (let index = 1; index <= 25; index++) await rest('POST', 'sites', { name: `site ${index}` });
});
afterAll(async () => {
  await audited.stop();
});

describe('who reads the log', () => {
  it('finds rows by action, result, actor, target and time', async () => {
    const all = await rows();
    const same = async (query: string, fits: (row: AuditRow) => boolean): Promise<void> => {
      const found = await rows(query);
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual(all.filter(fits));
    };
    await same('&action=sign_in,sign_out', ({ action }) => action === 'sign_in' || action === 'sign_out');
    await same('&result=refused', ({ result }) => result === 'refused');
    await same('&actor=local', ({ actor }) => actor === 'local');
    const { target_id: siteId, time } = all.find(({ target }) => target === 'local')!;
    await same(`&target=${siteId}`, ({ target_id }) => target_id === siteId);
    await same('&target=local', ({ target }) => target === 'local');
    await same(`&since=${time}`, (row) => row.time >= time);
    await same(`&until=${time}`, (row) => row.time <= time);
    expect((await controller.ask('GET', 'audit?result=maybe')).status).toBe(422);
  });

  it('gets the same through GraphQL, page after page', async () => {
    const fresh = await login();
    const all = (await rows()).toReversed();
    const seen: string[] = [];
    let cursor = '';
    do {
      const after = cursor === '' ? '' : `, cursor: "${cursor}"`;
      const data = (await graphql(
        `{ auditLog(limit: 20${after}) { sequence time actor address action target result details hash cursor } }`,
        fresh,
      )) as unknown as { auditLog: (AuditRow & { cursor: string })[] };
      seen.push(...data.auditLog.map(({ sequence, action }) => `${sequence} ${action}`));
      cursor = data.auditLog.at(-1)?.cursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(all.map(({ sequence, action }) => `${sequence} ${action}`));
  });

  it('can prove that it is whole, with the authority of this controller, over a restart', async () => {
    const before = await controller.get<{ valid: boolean; last: { sequence: number; hash: string } }>(
      'audit/verification',
    );
    expect(before.valid).toBe(true);
    await controller.restart();
    const { sequence, hash } = before.last;
    const path = `audit/verification?known_sequence=${sequence}&known_hash=${hash}`;
    expect(await controller.get(path)).toMatchObject({ valid: true, fault: null });
    const signed = await controller.sql(`SELECT 1 FROM sdwan_audit_anchors WHERE sequence = ${sequence}`);
    expect(signed).toHaveLength(1);
  });

  it('hears which row was edited', async () => {
    await controller.withDatabase((db) =>
      tamperWithAudit(db, `UPDATE sdwan_audit_log SET actor = 'nobody' WHERE sequence = 5`),
    );
    expect(await controller.get('audit/verification')).toMatchObject({
      valid: false,
      rows: 4,
      fault: { sequence: 5, code: 'row_changed', message: 'row 5 was changed: it does not have its own hash' },
    });
  });
});
