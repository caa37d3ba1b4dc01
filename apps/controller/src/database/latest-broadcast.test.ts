import { VirtualTime } from '@patronus/testkit';
import { describe, expect, it } from 'vitest';
import { eachOf, LatestBroadcast } from './latest-broadcast.ts';

interface Figure {
  readonly id: string;
  readonly value: number;
}

const time = new VirtualTime();
const figures = () => new LatestBroadcast<Figure>(({ id }) => id, time);
const a = (value: number): Figure => ({ id: 'a', value });
const b = (value: number): Figure => ({ id: 'b', value });

describe('a reader of what is reported again and again', () => {
  it('hears at once what comes after a silence, and then what gathered during a rest', async () => {
    const broadcast = figures();
    const reader = broadcast.subscribe();
    const first = reader.next();
    broadcast.publish([a(1), b(1)]);
    expect((await first).value).toEqual([a(1), b(1)]);
    const second = reader.next();
    let isHeard = false;
    void second.then(() => (isHeard = true));
    broadcast.publish([a(2)]);
    broadcast.publish([b(2)]);
    await time.advance(19);
    expect(isHeard).toBe(false);
    await time.advance(1);
    expect((await second).value).toEqual([a(2), b(2)]);
  });

  it('that is slow hears each thing once, as it is by then', async () => {
    const broadcast = figures();
    const reader = broadcast.subscribe();
    for (let value = 0; value < 5_000; value++) broadcast.publish([a(value), b(-value)]);
    expect((await reader.next()).value).toEqual([a(4_999), b(-4_999)]);
  });

  it('that stops while it waits is gone, also one that hears things one by one', async () => {
    const broadcast = figures();
    const [lists, singles] = [broadcast.subscribe(), eachOf(broadcast.subscribe())];
    const waiting = [lists.next(), singles.next()];
    await Promise.all([lists.return!(), singles.return!()]);
    expect(await Promise.all(waiting)).toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
    expect(broadcast.readerCount).toBe(0);
  });
});

it('lists are told one by one, in order', async () => {
  const broadcast = figures();
  const singles = eachOf(broadcast.subscribe());
  broadcast.publish([a(1), b(2)]);
  expect([(await singles.next()).value, (await singles.next()).value]).toEqual([a(1), b(2)]);
});
