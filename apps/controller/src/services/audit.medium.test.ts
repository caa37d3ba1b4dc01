import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchorInterval } from '../audit/index.ts';
import { auditRepository } from '../repositories/index.ts';
import { isPostgres } from '../database/dialect.ts';
import { breakTable, mendTable, tamperWithAudit, tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { Maintenance } from './maintenance.ts';
import { SlaService } from './sla-service.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
});
afterEach(() => network.close());

const run = (statement: string) => sql.raw(statement).execute(network.store.db);
const rows = async () => (await network.audit.list({ order: 'oldest', limit: 1_000 })).items;
/** Changes hq so often, one row each. */
const write = async (count: number): Promise<void> => {
  for (let round = 0; round < count; round++) {
    await network.sites.update(tester, 'hq', { location: `room ${round} ${network.clock.ms++}` });
  }
};
/** What somebody does who can write the database and knows of the triggers. */
const tamper = (...statements: string[]): Promise<void> => tamperWithAudit(network.store.db, ...statements);

describe('the audit log', () => {
  it('tells who changed what, from which value to which', async () => {
    await network.sites.create(tester, { name: 'hq', prefixes: ['10.1.0.0/24'] });
    await network.sites.update(tester, 'hq', { name: 'main', prefixes: ['10.2.0.0/24'] });
    expect((await rows()).at(-1)).toMatchObject({
      time: network.clock.ms,
      actorType: 'user',
      actorId: 'user-1',
      actor: 'tester',
      address: '192.0.2.99',
      action: 'site_updated',
      targetType: 'site',
      target: 'main',
      result: 'success',
      details: {
        name: { from: 'hq', to: 'main' },
        prefixes: { from: ['10.1.0.0/24'], to: ['10.2.0.0/24'] },
      },
    });
  });

  it('has no row of an update that changes nothing, nor of one that is refused as wrong', async () => {
    await network.sites.create(tester, { name: 'hq' });
    const before = (await rows()).length;
    await network.sites.update(tester, 'hq', { name: 'hq' });
    await expect(network.sites.create(tester, { name: 'hq' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await rows()).toHaveLength(before);
  });

  it('takes no UPDATE, no DELETE, and nothing that does the same by another name', async () => {
    await network.sites.create(tester, { name: 'hq' });
    for (const table of ['sdwan_audit_log', 'sdwan_audit_anchors']) {
      for (const statement of [
        `UPDATE ${table} SET hash = 'x'`,
        `DELETE FROM ${table}`,
        `INSERT INTO ${table} SELECT * FROM ${table} WHERE sequence = 1 ON CONFLICT (sequence) DO UPDATE SET hash = 'x'`,
        isPostgres(network.store.db)
          ? `TRUNCATE ${table}`
          : `REPLACE INTO ${table} SELECT * FROM ${table} WHERE sequence = 1`,
      ]) {
        await expect(run(statement)).rejects.toThrow(`${table} is append-only`);
      }
    }
    expect(await network.audit.verify()).toMatchObject({ valid: true, rows: 2 });
  });

  it('lets nothing change that it cannot tell of', async () => {
    await network.sites.create(tester, { name: 'hq' });
    const before = [await network.sites.list(), (await network.events.list()).items, await rows()];
    await breakTable(network.store.db, 'sdwan_audit_log', 'INSERT', 'no audit');
    for (const work of [
      network.sites.create(tester, { name: 'other' }),
      network.sites.update(tester, 'hq', { name: 'other' }),
      network.siteDeletion.delete(tester, 'hq'),
      network.endpoints.create(tester, 'hq', { label: 'lte', device: 'wwan0', nat: true }),
      network.policies.create(tester, { name: 'voice', priority: 1 }),
      network.links.set(tester, [{ a: 'mpls', b: 'mpls' }]),
      network.keys.create(tester, { site: 'hq' }),
      network.documents.recompile(tester),
    ]) {
      await expect(work).rejects.toThrow('no audit');
    }
    expect([await network.sites.list(), (await network.events.list()).items, await rows()]).toEqual(before);
    expect([await network.policies.list(), await network.keys.list()].map(({ length }) => length)).toEqual([1, 0]);
    expect(await network.links.get()).toBeNull();
    await mendTable(network.store.db, 'sdwan_audit_log');
    await network.sites.create(tester, { name: 'other' });
    expect(await network.audit.verify()).toMatchObject({ valid: true });
  });

  it('lets nothing change either when an anchor is due that cannot be written', async () => {
    await network.sites.create(tester, { name: 'hq' });
    await write(anchorInterval - 2);
    const { location } = await network.sites.get('hq');
    await breakTable(network.store.db, 'sdwan_audit_anchors', 'INSERT', 'no anchor');
    await expect(write(1)).rejects.toThrow('no anchor');
    expect((await network.sites.get('hq')).location).toBe(location);
  });

  it('comes in pages that leave nothing out, in both orders', async () => {
    await network.sites.create(tester, { name: 'hq' });
    await write(7);
    for (const order of ['newest', 'oldest'] as const) {
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await network.audit.list({ order, limit: 2, cursor });
        seen.push(...page.items.map(({ sequence }) => sequence));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      const ascending = Array.from({ length: 9 }, (_, index) => index + 1);
      expect(seen).toEqual(order === 'oldest' ? ascending : ascending.toReversed());
    }
  });
});

describe('a walk over the database', () => {
  beforeEach(async () => {
    await network.sites.create(tester, { name: 'hq' });
    await write(2 * anchorInterval);
  });

  it('finds nothing wrong, page after page, and says where the log ends', async () => {
    await write(200);
    const last = (await rows()).at(-1)!;
    expect(await network.audit.verify()).toEqual({
      valid: true,
      removed: 0,
      erased: 0,
      rows: last.sequence,
      anchors: Math.ceil(last.sequence / anchorInterval),
      last: { sequence: last.sequence, hash: last.hash },
      fault: null,
    });
  });

  it.each([
    ['an edited row', `UPDATE sdwan_audit_log SET actor = 'nobody' WHERE sequence = 9`, 9, 'row_changed'],
    ['edited details', `UPDATE sdwan_audit_log SET details = '{}' WHERE sequence = 9`, 9, 'row_changed'],
    ['a removed row', 'DELETE FROM sdwan_audit_log WHERE sequence = 9', 9, 'row_missing'],
    ['a removed tail', 'DELETE FROM sdwan_audit_log WHERE sequence > 9', 10, 'row_missing'],
    ['a removed last row', 'DELETE FROM sdwan_audit_log WHERE sequence > 65', 66, 'row_missing'],
    ['an emptied log', 'DELETE FROM sdwan_audit_log', 1, 'row_missing'],
    ['a removed anchor', 'DELETE FROM sdwan_audit_anchors WHERE sequence = 33', 33, 'anchor_missing'],
    ['an edited anchor', `UPDATE sdwan_audit_anchors SET time = 0 WHERE sequence = 33`, 33, 'anchor_invalid'],
  ])('finds %s', async (_name, statement, sequence, code) => {
    await tamper(statement);
    expect(await network.audit.verify()).toMatchObject({ valid: false, fault: { sequence, code } });
  });

  it('finds a tail that was removed with its anchors', async () => {
    await tamper(
      'DELETE FROM sdwan_audit_log WHERE sequence > 40',
      'DELETE FROM sdwan_audit_anchors WHERE sequence > 40',
    );
    expect(await network.audit.verify()).toMatchObject({ fault: { sequence: 41, code: 'row_missing' } });
  });

  it('still finds it after the controller went on writing, past the rows that are gone', async () => {
    await tamper('DELETE FROM sdwan_audit_log WHERE sequence > 40');
    await write(2 * anchorInterval);
    expect((await rows()).slice(39, 41).map(({ sequence }) => sequence)).toEqual([40, 67]);
    expect(await network.audit.verify()).toMatchObject({ rows: 40, fault: { sequence: 41, code: 'row_missing' } });
  });
});

describe('maintenance', () => {
  it('signs the newest row once, and nothing where nothing is new', async () => {
    const maintenance = new Maintenance({
      ...network,
      sla: new SlaService(network.store, 400),
      retention: { keepEventsDays: 90, keepStatisticsDays: 90, keepAuditDays: 0 },
      signer: { maintain: async () => undefined },
      purging: [],
      onFailure: () => undefined,
    });
    await network.sites.create(tester, { name: 'hq' });
    await maintenance.anchorAudit();
    await maintenance.anchorAudit();
    const anchors = await auditRepository.listAnchors(network.store.db, 1, 100);
    expect(anchors.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await network.audit.verify()).toMatchObject({ valid: true, anchors: 2 });
  });
});
