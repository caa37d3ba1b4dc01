import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tester, testNetwork, type TestNetwork } from '../testing/index.ts';
import type { EventQuery } from './event-service.ts';

let network: TestNetwork;
beforeEach(async () => (network = await testNetwork()));
afterEach(() => network.close());

const emit = (...types: ('site_online' | 'site_offline' | 'config_rolled_back')[]) =>
  network.store.change(async (change) => {
    for (const eventType of types) {
      const message = `${eventType} ${network.clock.ms}`;
      if (eventType === 'config_rolled_back') {
        await change.event({ eventType, message, metadata: { version: '1', restored: null } });
      } else await change.event({ eventType, message, metadata: {} });
    }
  });

const typesOf = async (query: EventQuery): Promise<string[]> =>
  (await network.events.list(query)).items.map((event) => event.eventType);

describe('a list of events', () => {
  it('is narrowed by severity, type and time, all at once', async () => {
    await emit('site_online', 'site_offline', 'config_rolled_back');
    const later = (network.clock.ms += 60_000);
    await emit('site_offline', 'site_online');
    expect(await typesOf({ severities: ['warning', 'error'] })).toEqual([
      'site_offline',
      'config_rolled_back',
      'site_offline',
    ]);
    expect(await typesOf({ severities: ['warning'], until: later - 1 })).toEqual(['site_offline']);
    expect(await typesOf({ severities: ['warning'], types: ['site_online'] })).toEqual([]);
  });
});

describe('taking note of events', () => {
  it('says who did and when, and takes them off the list of open ones', async () => {
    await emit('site_offline', 'config_rolled_back');
    const [rollback, offline] = (await network.events.list()).items;
    network.clock.ms += 5_000;
    await network.events.acknowledge(tester, [offline!.id]);
    expect(await network.events.get(offline!.id)).toMatchObject({
      acknowledgedBy: 'tester',
      acknowledgedAt: network.clock.ms,
    });
    const open = await network.events.list({ acknowledged: false, severities: ['warning', 'error'] });
    expect(open.items.map(({ id }) => id)).toEqual([rollback!.id]);
    expect((await network.events.list({ acknowledged: true })).items.map(({ id }) => id)).toEqual([offline!.id]);
  });

  it('keeps the first who did, and tells no news the second time', async () => {
    await emit('site_offline');
    const [{ id } = { id: '' }] = (await network.events.list()).items;
    await network.events.acknowledge(tester, [id, id]);
    network.clock.ms += 5_000;
    expect(await network.events.acknowledge({ ...tester, name: 'other' }, [id])).toEqual([]);
    expect(await network.events.get(id)).toMatchObject({ acknowledgedBy: 'tester' });
    expect(await typesOf({ types: ['events_acknowledged'] })).toHaveLength(1);
  });

  it('changes none where one of them does not exist', async () => {
    await emit('site_offline');
    const [{ id } = { id: '' }] = (await network.events.list()).items;
    const unknown = '00000000-0000-4000-8000-000000000000';
    await expect(network.events.acknowledge(tester, [id, unknown])).rejects.toThrow(`there is no event ${unknown}`);
    expect(await network.events.get(id)).toMatchObject({ acknowledgedBy: null, acknowledgedAt: null });
  });
});
