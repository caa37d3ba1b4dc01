import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RecordedEvent } from '../database/index.ts';
import { tester, testNetwork, type TestNetwork } from '../testing/index.ts';

let network: TestNetwork;
beforeEach(async () => {
  network = await testNetwork();
  await network.sites.create(tester, { name: 'hq' });
});
afterEach(() => network.close());

const rename = (location: string) => network.sites.update(tester, 'hq', { location });
const idOfLast = async () => (await network.events.list({ limit: 1 })).items[0]!.id;
const take = async (stream: AsyncIterator<RecordedEvent>, count: number): Promise<string[]> => {
  const ids: string[] = [];
  while (ids.length < count) ids.push(((await stream.next()).value as RecordedEvent).id);
  return ids;
};
/** All there are, oldest first. */
const stored = async () => (await network.events.list({ order: 'oldest', limit: 1_000 })).items.map(({ id }) => id);

it('goes on after an event, and leaves nothing out between what was stored and what happens', async () => {
  const last = await idOfLast();
  for (let index = 0; index < 250; index++) await rename(`before ${index}`);
  const stream = await network.events.subscribe({}, last);
  const first = await take(stream, 50);
  for (let index = 0; index < 20; index++) await rename(`during ${index}`);
  const rest = await take(stream, 220);
  const all = await stored();
  expect([...first, ...rest]).toEqual(all.slice(all.indexOf(last) + 1));
  await stream.return?.();
});

it('tells from now on where no event is named, and only what was asked for', async () => {
  const stream = await network.events.subscribe({ types: ['object_updated'], site: 'hq' });
  await network.sites.create(tester, { name: 'other' });
  await network.sites.update(tester, 'other', { location: 'elsewhere' });
  await rename('here');
  expect(await take(stream, 1)).toEqual([await idOfLast()]);
  await stream.return?.();
});

it('ends a reader that falls behind, and says after which event to go on', async () => {
  const stream = await network.events.subscribe();
  await rename('first');
  const [seen] = await take(stream, 1);
  for (let index = 0; index < 1_100; index++)
    network.store.events.publish((await network.events.list({ limit: 1 })).items[0]!);
  const drained = async () => {
    for (;;) await take(stream, 1);
  };
  await expect(drained()).rejects.toMatchObject({ code: 'exhausted', facts: { after: seen } });
  expect(network.store.events.readerCount).toBe(0);
});

it('stops listening as soon as its reader leaves, even while it waits', async () => {
  const stream = await network.events.subscribe();
  const waiting = stream.next();
  await stream.return?.();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(network.store.events.readerCount).toBe(0);
});

it('does not listen for who names an event that is not there', async () => {
  await expect(network.events.subscribe({}, 'nothing')).rejects.toMatchObject({ code: 'not_found' });
  expect(network.store.events.readerCount).toBe(0);
});
