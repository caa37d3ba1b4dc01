import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tamperWithAudit, tester, testAnchorKey, testNetwork, type TestNetwork } from '../testing/index.ts';
import { cutText } from '../audit/audit-log.ts';
import type { Sessions } from '../auth/index.ts';
import { DeviceSignInService } from './device-sign-in-service.ts';
import { Maintenance, type Retention } from './maintenance.ts';
import { SlaService } from './sla-service.ts';
import { TrafficService } from './traffic-service.ts';

const dayMs = 24 * 3_600_000;
let network: TestNetwork;
beforeEach(async () => (network = await testNetwork()));
afterEach(() => network.close());

const prune = async (retention: Partial<Retention>): Promise<void> => {
  const { store, metrics, traffic, pathOverrides } = network;
  const kept = { keepEventsDays: 90, keepStatisticsDays: 90, keepAuditDays: 0, ...retention };
  const signer = { maintain: async () => undefined };
  const onFailure = (failure: unknown): void => {
    throw failure;
  };
  await new Maintenance({
    store,
    sla: new SlaService(store, 400),
    metrics,
    traffic,
    pathOverrides,
    retention: kept,
    signer,
    purging: [],
    onFailure,
  }).prune();
};
/** Leaves an event, a row of statistics and audit rows, then lets days pass. */
const live = async (days: number): Promise<void> => {
  for (let day = 0; day < days; day++) {
    await network.sites.create(tester, { name: `site-${network.clock.ms}` });
    await sql`INSERT INTO sdwan_policy_stats (policy_id, timestamp, packets_matched, bytes_matched)
      SELECT policy_id, ${network.clock.ms}, 0, 0 FROM sdwan_policies`.execute(network.store.db);
    network.clock.ms += dayMs;
  }
};
const rows = async () => ({
  events: (await network.events.list({ limit: 1_000 })).items.length,
  statistics: (await network.store.db.selectFrom('sdwan_policy_stats').select('stat_id').execute()).length,
  audit: (await network.audit.list({ limit: 1_000 })).items.length,
});

describe('what was kept for its time', () => {
  it('goes, each class by its own setting', async () => {
    await live(10);
    const before = await rows();
    await prune({ keepEventsDays: 4, keepStatisticsDays: 7 });
    expect(await rows()).toEqual({ events: 4, statistics: 7, audit: before.audit });
  });

  it('goes where it was a sign-in by a browser that nobody answered in time', async () => {
    const service = new DeviceSignInService(network.store, {} as Sessions);
    const waiting = () => network.store.db.selectFrom('device_sign_ins').select('user_code').execute();
    await service.start({ address: '192.0.2.7', userAgent: null }, 'laptop');
    await prune({});
    expect(await waiting()).toHaveLength(1);
    network.clock.ms += 10 * 60_000;
    await prune({});
    expect(await waiting()).toEqual([]);
  });

  it('stays where nothing is old enough', async () => {
    await live(10);
    const before = await rows();
    await prune({ keepAuditDays: 30 });
    expect(await rows()).toEqual(before);
  });
});

describe('hours of traffic', () => {
  it('are kept for the days that the controller was told', async () => {
    const { store } = network;
    const hour = 3_600_000;
    const insert = (bucket: number) =>
      store.db
        .insertInto('traffic_hour')
        .values({
          kind: 'policy',
          object_id: '1',
          bucket,
          packets_matched: 1,
          bytes_matched: 1,
          bytes_sent: 0,
          bytes_received: 0,
        })
        .execute();
    const now = network.clock.ms - (network.clock.ms % hour);
    for (const days of [1, 9, 11]) await insert(now - days * dayMs);
    await new TrafficService(store, 10).prune();
    const left = await store.db.selectFrom('traffic_hour').select('bucket').orderBy('bucket').execute();
    expect(left.map(({ bucket }) => (now - bucket) / dayMs)).toEqual([9, 1]);
  });
});

describe('the audit log', () => {
  it('loses its oldest rows by its setting, says so, and is whole after it, again and again', async () => {
    await live(50);
    await prune({ keepAuditDays: 30 });
    const { items } = await network.audit.list({ order: 'oldest', limit: 1_000 });
    expect(items[0]!.time).toBeGreaterThanOrEqual(network.clock.ms - 30 * dayMs);
    const removed = items[0]!.sequence - 1;
    expect(items.at(-1)).toMatchObject({
      action: 'audit_log_cut',
      actor: 'system',
      details: { removed, up_to: removed },
    });
    expect(await network.audit.verify()).toMatchObject({ valid: true, removed, rows: items.length });
    await prune({ keepAuditDays: 30 });
    expect((await network.audit.list({ limit: 1_000 })).items).toHaveLength(items.length);
    await live(20);
    await prune({ keepAuditDays: 30 });
    const again = await network.audit.verify();
    expect(again).toMatchObject({ valid: true, fault: null });
    expect(again.removed).toBeGreaterThan(removed);
  });

  it('keeps its last row, however old, so that the next one follows it', async () => {
    await live(1);
    network.clock.ms += 400 * dayMs;
    await prune({ keepAuditDays: 30 });
    await network.sites.create(tester, { name: 'later' });
    expect(await network.audit.verify()).toMatchObject({ valid: true, rows: 3 });
  });

  it('shows it where somebody else removed rows: above a cut, below a forged one, or the cut itself', async () => {
    await live(50);
    await prune({ keepAuditDays: 30 });
    const { db } = network.store;
    const { removed } = await network.audit.verify();
    await expect(sql`DELETE FROM sdwan_audit_log WHERE sequence = ${removed + 1}`.execute(db)).rejects.toThrow(
      /append-only/,
    );
    await expect(sql`DELETE FROM sdwan_audit_cuts`.execute(db)).rejects.toThrow(/append-only/);
    const hash = 'a'.repeat(64);
    const forger = testAnchorKey();
    const cut = { sequence: removed + 5, time: 1, hash };
    await db
      .insertInto('sdwan_audit_cuts')
      .values({ ...cut, key_id: network.store.audit.key.fingerprint, signature: forger.sign(cutText(cut)) })
      .execute();
    await sql`DELETE FROM sdwan_audit_log WHERE sequence <= ${removed + 5}`.execute(db);
    expect(await network.audit.verify()).toMatchObject({
      valid: false,
      fault: {
        sequence: removed + 5,
        code: 'anchor_invalid',
        message: expect.stringContaining('not proven by whom') as string,
      },
    });
    await tamperWithAudit(db, 'DELETE FROM sdwan_audit_cuts');
    expect(await network.audit.verify()).toMatchObject({ valid: false, fault: { sequence: 1, code: 'row_missing' } });
  });

  it('answers for a row that was noted and removed since that it was removed', async () => {
    await live(50);
    const [first] = (await network.audit.list({ order: 'oldest', limit: 1 })).items;
    const noted = { sequence: first!.sequence, hash: first!.hash };
    await prune({ keepAuditDays: 30 });
    await expect(network.audit.verify(noted)).rejects.toThrow(
      /row 1 was removed, as its time was over; name a row from/,
    );
  });
});
