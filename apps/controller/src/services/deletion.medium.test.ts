import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteId } from '@patronus/core';
import {
  at,
  behindNat,
  breakTable,
  mendTable,
  tableNames,
  tester,
  testNetwork,
  until,
  type TestNetwork,
} from '../testing/index.ts';
import { recoverableMs } from './deletion.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
});
afterEach(() => network.close());

const site = (name: string, index: number) =>
  network.sites.create(tester, {
    name,
    prefixes: [`10.${index}.0.0/24`],
    endpoints: [at('mpls', 'eth0', `192.0.2.${index}`), behindNat('lte', 'wwan0')],
  });
/** All that can be seen of the network. */
const shown = async () => ({
  sites: await network.sites.list(),
  endpoints: await network.endpoints.list(),
  paths: await network.paths.list(),
  keys: await network.keys.list(),
  edges: await network.edges.list(),
  leftOut: await network.links.listLeftOut(),
});
const eventTypes = async () => (await network.events.list()).items.map(({ eventType }) => eventType);
const documentOf = async (id: string) => {
  await network.documents.recompile(tester);
  return network.documents.current(id);
};
/** Every row of every table but events, so that nothing of a change can hide. */
async function everyRow(): Promise<Record<string, unknown[]>> {
  const entries = [];
  for (const name of await tableNames(network.store.db)) {
    entries.push([name, (await sql`SELECT * FROM ${sql.table(name)}`.execute(network.store.db)).rows] as const);
  }
  return Object.fromEntries(entries);
}

describe('a deleted site', () => {
  it('is gone from every list and every document at once, and comes back as it was', async () => {
    const [hq, branch] = [await site('hq', 1), await site('branch', 2)];
    await site('cloud', 3);
    await network.keys.create(tester, { site: 'hq' });
    const documents = [await documentOf(hq.id), await documentOf(branch.id)];
    const before = await shown();

    const deletion = await network.siteDeletion.delete(tester, 'hq');
    expect(deletion.purgeAt).toBe(network.clock.ms + recoverableMs);
    const during = await shown();
    expect(JSON.stringify(during)).not.toMatch(/"hq"/);
    expect(during.paths).toHaveLength(6);
    const document = await documentOf(branch.id);
    expect(document?.remoteSites.map(({ name }) => name)).toEqual(['cloud']);
    expect(await documentOf(hq.id)).toBeNull();
    await expect(network.sites.get(hq.id)).rejects.toMatchObject({ code: 'not_found' });

    expect(await network.siteDeletion.restore(tester, 'hq')).toEqual({ id: hq.id, name: 'hq' });
    expect([await documentOf(hq.id), await documentOf(branch.id)]).toEqual(documents);
    expect(await shown()).toEqual(before);
    expect((await eventTypes()).slice(0, 2)).toEqual(['object_restored', 'object_deleted']);
  });

  it('is listed among the deleted ones, with its endpoints and until when it can be restored', async () => {
    const { id } = await site('hq', 1);
    await site('branch', 2);
    expect(await network.sites.list('deleted')).toEqual([]);
    await network.siteDeletion.delete(tester, id);
    const [deleted, ...others] = await network.sites.list('deleted');
    expect(others).toEqual([]);
    const purgeAt = network.clock.ms + recoverableMs;
    expect(deleted).toMatchObject({ id, prefixes: ['10.1.0.0/24'], deletedAt: network.clock.ms, purgeAt });
    expect(deleted!.endpoints.map(({ label }) => label)).toEqual(['mpls', 'lte']);
  });

  it('leaves its name, prefix and address to others, and is not restored until it has them again', async () => {
    await site('hq', 1);
    await network.siteDeletion.delete(tester, 'hq');
    const heir = await site('HQ', 1);
    await expect(
      network.siteDeletion.restore(tester, (await network.sites.list('deleted'))[0]!.id),
    ).rejects.toMatchObject({
      code: 'conflict',
      message:
        'site "hq" cannot be restored: name: there is another site "hq" now; rename that site, then restore this one. ' +
        'prefixes[0]: 10.1.0.0/24 overlaps 10.1.0.0/24 of site "HQ"; each prefix belongs to one site; change one of them. ' +
        'endpoints[0].address: 192.0.2.1 is already the endpoint "mpls" of site "HQ"; ' +
        'an endpoint belongs to one site; change one of the two addresses',
    });
    await network.siteDeletion.delete(tester, heir.id, { purge: true });
    await network.siteDeletion.restore(tester, 'hq');
    expect((await network.sites.list()).map(({ name }) => name)).toEqual(['hq']);
  });

  it('can be deleted again only for good, and a live one cannot be restored', async () => {
    await site('hq', 1);
    await expect(network.siteDeletion.restore(tester, 'hq')).rejects.toMatchObject({ code: 'conflict' });
    await network.siteDeletion.delete(tester, 'hq');
    await expect(network.siteDeletion.delete(tester, 'hq')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/deleted already, at 2030-01-01T.*restore it, or purge it/) as unknown,
    });
    await network.siteDeletion.delete(tester, 'hq', { purge: true });
    expect(await network.sites.list('deleted')).toEqual([]);
    await expect(network.siteDeletion.restore(tester, 'hq')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('that shares its name with another is named by its id', async () => {
    const first = await network.sites.create(tester, { name: 'pop-up' });
    await network.siteDeletion.delete(tester, 'pop-up');
    await network.sites.create(tester, { name: 'pop-up' });
    await network.siteDeletion.delete(tester, 'pop-up');
    await expect(network.siteDeletion.restore(tester, 'pop-up')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(first.id) as unknown,
    });
    await network.siteDeletion.restore(tester, first.id);
  });

  it('gets paths to what came meanwhile, and none to another that is deleted', async () => {
    const names = async () => (await network.paths.list()).map((path) => `${path.sourceSite} ${path.destSite}`);
    await site('hq', 1);
    await site('branch', 2);
    await network.siteDeletion.delete(tester, 'hq');
    await network.siteDeletion.delete(tester, 'branch');
    await site('cloud', 3);
    await network.links.set(tester, [{ a: 'mpls', b: 'mpls' }]);
    await network.siteDeletion.restore(tester, 'hq');
    expect(await names()).toEqual(['cloud hq', 'hq cloud']);
    await network.siteDeletion.restore(tester, 'branch');
    expect(await names()).toHaveLength(6);
  });

  it('keeps what was set on its paths, but not past its end', async () => {
    const [hq, branch] = [await site('hq', 1), await site('branch', 2)];
    const [first, second] = await network.paths.list({ sourceSite: hq.id, destSite: branch.id });
    await network.pathOverrides.failover(tester, first!.id, { reason: 'line is rebuilt' });
    await network.pathOverrides.failover(tester, second!.id, { reason: 'short', expires_in_seconds: 60 });
    await network.siteDeletion.delete(tester, 'hq');
    network.clock.ms += 61_000;
    await network.pathOverrides.removeOver();
    await network.siteDeletion.restore(tester, 'hq');
    const reasons = (await network.paths.list()).flatMap(({ override }) => override?.reason ?? []);
    expect(reasons).toEqual(['line is rebuilt']);
    expect((await eventTypes()).filter((type) => type === 'path_override_cleared')).toEqual([]);
  });

  it('has paths of which nothing is known until edges have measured them again', async () => {
    const hq = await site('hq', 1);
    await site('branch', 2);
    await sql`UPDATE sdwan_paths SET health_status = 'up', reported_at = ${network.clock.ms}`.execute(network.store.db);
    const health = async () => new Set((await network.paths.list()).map(({ healthStatus }) => healthStatus));
    expect(await health()).toEqual(new Set(['up']));
    await network.siteDeletion.delete(tester, hq.id);
    await network.siteDeletion.restore(tester, hq.id);
    expect(await health()).toEqual(new Set(['unknown']));
  });

  it('lets nobody enrol with its keys', async () => {
    await site('hq', 1);
    const { id } = await network.keys.create(tester, { site: 'hq' });
    await network.siteDeletion.delete(tester, 'hq');
    await expect(network.keys.get(id)).rejects.toMatchObject({ code: 'not_found' });
    await network.siteDeletion.restore(tester, 'hq');
    expect(await network.keys.get(id)).toMatchObject({ revoked: false });
  });
});

describe('a deletion that fails half-way', () => {
  it.each(['sdwan_paths', 'site_prefixes', 'sdwan_endpoints', 'sdwan_sites', 'events'])(
    'at %s leaves every row as it was, and tells nobody',
    async (table) => {
      await site('hq', 1);
      await site('branch', 2);
      const told: unknown[] = [];
      network.siteDeletion.onDeleted((each) => told.push(each));
      const event = table === 'events' ? 'INSERT' : 'UPDATE';
      await breakTable(network.store.db, table, event, 'half-way');
      const before = await everyRow();
      await expect(network.siteDeletion.delete(tester, 'hq')).rejects.toThrow('half-way');
      expect(await everyRow()).toEqual(before);
      expect(told).toEqual([]);
      await mendTable(network.store.db, table);
      await network.siteDeletion.delete(tester, 'hq');
      expect(told).toHaveLength(1);
    },
  );

  it('leaves a site that shall be purged, too', async () => {
    await site('hq', 1);
    await network.policies.create(tester, { name: 'p', priority: 1, match_conditions: { source_sites: ['hq'] } });
    await breakTable(network.store.db, 'allocations', 'UPDATE', 'half-way');
    const before = await everyRow();
    await expect(network.siteDeletion.delete(tester, 'hq', { purge: true, force: true })).rejects.toThrow('half-way');
    expect(await everyRow()).toEqual(before);
  });
});

describe('a site that a policy names', () => {
  const policy = (name: string, match_conditions: object, enabled = true) =>
    network.policies.create(tester, { name, priority: 9, match_conditions, enabled });
  const namedIn = async (id: string) => (await documentOf(id))!.policies.map(({ name }) => name);

  it('is not deleted, unless by force; then the policy matches nothing of it until it is restored', async () => {
    const [, branch] = [await site('hq', 1), await site('branch', 2)];
    await policy('only', { source_sites: ['hq'] });
    await policy('both', { destination_sites: ['hq', 'branch'] });
    const before = await documentOf(branch.id);
    await expect(network.siteDeletion.delete(tester, 'hq')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/policy "only", "both".*force/) as unknown,
    });
    expect((await network.siteDeletion.dependencies('hq')).policies.map(({ name }) => name)).toEqual(['only', 'both']);

    const { message } = await network.siteDeletion.delete(tester, 'hq', { force: true });
    expect(message).toMatch(/what policy "only", "both" says of it matches nothing meanwhile$/);
    expect(await namedIn(branch.id)).toEqual(['both', 'default']);
    const both = (await documentOf(branch.id))!.policies[0]!;
    expect(both.match).toEqual({ destinationSites: [branch.id as SiteId] });

    await network.siteDeletion.restore(tester, 'hq');
    expect(await documentOf(branch.id)).toEqual(before);
  });

  it('and is deleted may still be named when something else of the policy changes', async () => {
    await site('hq', 1);
    const { id } = await policy('only', { source_sites: ['hq'] });
    await network.siteDeletion.delete(tester, 'hq', { force: true });
    await network.policies.update(tester, id, { priority: 12 });
    await expect(
      network.policies.update(tester, id, { match_conditions: { source_sites: ['hq'] } }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('is taken out of the policy when it is purged, and a policy with no other is disabled', async () => {
    const { id: branch } = await site('branch', 2);
    await site('hq', 1);
    const only = await policy('only', { source_sites: ['hq'], protocol: 'udp' });
    const both = await policy('both', { destination_sites: ['hq', 'branch'] });
    const kept = await policy('kept', { source_sites: ['hq'] });
    await network.policyDeletion.delete(tester, kept.id);
    const { message } = await network.siteDeletion.delete(tester, 'hq', { purge: true, force: true });
    expect(message).toBe(
      'Site hq was removed for good with its endpoints and paths; ' +
        'policy "only" named no other site and is disabled now; policy "both" names it no longer',
    );
    expect(await network.policies.get(only.id)).toMatchObject({ enabled: false, matchConditions: { protocol: 'udp' } });
    expect(await network.policies.get(both.id)).toMatchObject({
      enabled: true,
      matchConditions: { destinationSites: [branch] },
    });
    await network.policyDeletion.restore(tester, kept.id);
    expect(await network.policies.get(kept.id)).toMatchObject({ enabled: false, matchConditions: {} });
    expect((await eventTypes()).slice(1, 4)).toEqual(['object_purged', 'object_updated', 'object_updated']);
    const { items } = await network.audit.list({ limit: 5 });
    expect(items.map(({ action, target, actor }) => `${action} ${target} ${actor}`).toSorted()).toEqual([
      'policy_restored kept tester',
      'policy_updated both tester',
      'policy_updated kept tester',
      'policy_updated only tester',
      'site_purged hq tester',
    ]);
  });
});

describe('a deleted policy', () => {
  it('matches nothing, and comes back with its id, class and counters', async () => {
    const { id: siteId } = await site('hq', 1);
    const made = await network.policies.create(tester, { name: 'voice', priority: 9 });
    await sql`UPDATE sdwan_policies SET packets_matched = 9007199254740993 WHERE name = 'voice'`.execute(
      network.store.db,
    );
    const before = await network.policies.get(made.id);
    await network.policyDeletion.delete(tester, made.id);
    expect((await network.policies.list()).map(({ name }) => name)).toEqual(['default']);
    expect((await documentOf(siteId))!.policies.map(({ name }) => name)).toEqual(['default']);
    expect(await network.policies.list('deleted')).toMatchObject([{ id: made.id, deletedAt: network.clock.ms }]);
    const other = await network.policies.create(tester, { name: 'VOICE', priority: 9 });
    expect(other.class).not.toBe(made.class);
    await expect(network.policyDeletion.restore(tester, made.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/name: there is another policy "voice" now; rename/) as unknown,
    });
    await network.policyDeletion.delete(tester, other.id, { purge: true });
    await network.policyDeletion.restore(tester, made.id);
    expect(await network.policies.get(made.id)).toEqual(before);
  });

  it('is deleted and restored once', async () => {
    const { id } = await network.policies.create(tester, { name: 'voice', priority: 9 });
    await expect(network.policyDeletion.restore(tester, id)).rejects.toMatchObject({ code: 'conflict' });
    await network.policyDeletion.delete(tester, id);
    await expect(network.policyDeletion.delete(tester, id)).rejects.toMatchObject({ code: 'conflict' });
    await network.policyDeletion.delete(tester, id, { purge: true });
    await expect(network.policyDeletion.restore(tester, id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('what was deleted', () => {
  it('goes for good after 30 days, not before, and its numbers with it', async () => {
    const { id } = await site('hq', 1);
    const policy = await network.policies.create(tester, {
      name: 'p',
      priority: 1,
      match_conditions: { source_sites: ['hq'] },
    });
    const purge = async () => {
      await network.siteDeletion.purgeExpired();
      await network.policyDeletion.purgeExpired();
    };
    await network.siteDeletion.delete(tester, id, { force: true });
    await network.policyDeletion.delete(tester, policy.id);
    network.clock.ms += recoverableMs - 1;
    await purge();
    expect([await network.sites.list('deleted'), await network.policies.list('deleted')].flat()).toHaveLength(2);
    network.clock.ms += 1;
    await purge();
    expect([await network.sites.list('deleted'), await network.policies.list('deleted')].flat()).toEqual([]);
    const { rows } = await sql<{ kind: string }>`
      SELECT kind FROM allocations WHERE released_at IS NOT NULL ORDER BY kind`.execute(network.store.db);
    expect(rows.map(({ kind }) => kind)).toEqual(['class', 'site_index']);
    expect(await eventTypes()).toContain('object_purged');
  });

  it('is in the documents no more within a moment, without being asked', async () => {
    const { id } = await site('hq', 1);
    await site('branch', 2);
    await network.documents.start();
    await network.siteDeletion.delete(tester, 'branch');
    await until('the document is replaced', () => network.documents.current(id)?.remoteSites.length === 0);
  });
});
