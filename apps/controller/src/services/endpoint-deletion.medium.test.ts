import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, behindNat, tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import { recoverableMs } from './deletion.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
  await network.sites.create(tester, { name: 'hq', endpoints: [at('mpls', 'eth0', '192.0.2.1')] });
  await network.sites.create(tester, {
    name: 'branch',
    endpoints: [behindNat('lte', 'wwan0'), at('mpls', 'eth0', '192.0.2.2')],
  });
});
afterEach(() => network.close());

const endpoint = async (label: string, site = 'branch') =>
  (await network.endpoints.list({ site })).find((each) => each.label === label)!;
const pathIds = async () => (await network.paths.list()).map(({ id }) => id).toSorted();
const remove = (id: string, options = {}) => network.endpointDeletion.delete(tester, id, options);
const restore = (id: string) => network.endpointDeletion.restore(tester, id);

describe('a deleted endpoint', () => {
  it('comes back with its id, its slot, what was set, and the ids of its paths', async () => {
    const [before, paths] = [await endpoint('lte'), await pathIds()];
    const deletion = await remove(before.id);
    expect(deletion).toMatchObject({ name: 'branch/lte', purgeAt: network.clock.ms + recoverableMs });
    expect(await pathIds()).toHaveLength(2);
    expect(await network.endpointDeletion.list({ site: 'branch' })).toEqual([
      { ...before, deletedAt: network.clock.ms, purgeAt: deletion.purgeAt },
    ]);
    network.clock.ms += 5_000;
    await restore(before.id);
    expect(await endpoint('lte')).toEqual({ ...before, version: before.version + 1, updatedAt: network.clock.ms });
    expect(await pathIds()).toEqual(paths);
    expect(await network.endpointDeletion.list()).toEqual([]);
    await expect(restore(before.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lets others have its device, address and slot, and says who took them', async () => {
    const { id } = await endpoint('mpls');
    await remove(id);
    const taken = await network.endpoints.create(tester, 'hq', at('broadband', 'eth1', '192.0.2.2'));
    await expect(restore(id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('192.0.2.2 is already the endpoint "broadband"') as string,
    });
    await network.endpoints.update(tester, taken.id, { address: '192.0.2.9' });
    for (let index = 0; index < 14; index++) {
      await network.endpoints.create(tester, 'branch', at(`l${index}`, `wan${index}`, `198.51.100.${index + 1}`));
    }
    // The fifteenth takes the slot that was given back.
    await network.endpoints.create(tester, 'branch', at('last', 'wan99', '198.51.100.99'));
    await expect(restore(id)).rejects.toMatchObject({ code: 'exhausted' });
    await remove((await endpoint('l3')).id, { purge: true });
    await restore(id);
    expect((await endpoint('mpls')).slot).toBe(5);
  });

  it('stays deleted when its site goes and comes back, and can be restored then', async () => {
    const { id } = await endpoint('lte');
    await remove(id);
    await network.siteDeletion.delete(tester, 'branch');
    expect(await network.endpointDeletion.list()).toEqual([]);
    await expect(restore(id)).rejects.toMatchObject({ code: 'not_found' });
    await network.siteDeletion.restore(tester, 'branch');
    expect((await network.endpoints.list({ site: 'branch' })).map(({ label }) => label)).toEqual(['mpls']);
    await restore(id);
    expect(await pathIds()).toHaveLength(4);
  });

  it('is gone for good after 30 days, or at once when it is purged', async () => {
    const [lte, mpls] = [await endpoint('lte'), await endpoint('mpls')];
    await remove(lte.id);
    await expect(remove(lte.id)).rejects.toMatchObject({ code: 'conflict' });
    await remove(lte.id, { purge: true });
    await remove(mpls.id);
    network.clock.ms += recoverableMs + 1;
    await network.endpointDeletion.purgeExpired();
    for (const { id } of [lte, mpls]) await expect(restore(id)).rejects.toMatchObject({ code: 'not_found' });
    const { items } = await network.audit.list();
    expect(items.filter(({ action }) => action === 'endpoint_purged').map(({ actor }) => actor)).toEqual([
      'system',
      'tester',
    ]);
  });

  it('that a document of the site left out can be restored too', async () => {
    const { id } = await endpoint('lte');
    const endpoints = [at('mpls', 'eth0', '192.0.2.2')];
    const document = { apiVersion: 'patronus/v1', kind: 'Site', metadata: { name: 'branch' }, spec: { endpoints } };
    await network.declarations.apply(tester, { documents: [document] });
    await restore(id);
    expect((await endpoint('lte')).id).toBe(id);
  });
});
