import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trafficRepository } from '../repositories/index.ts';
import { testNetwork, type TestNetwork } from '../testing/index.ts';
import type { TrafficQuery } from './traffic-history.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;
const day = 24 * hour;

let network: TestNetwork;
let start: number;

beforeEach(async () => {
  network = await testNetwork();
  start = network.clock.ms;
});
afterEach(() => network.close());

/** A packet of 100 octets of the default policy, now. */
const packet = async (): Promise<void> => {
  const row = {
    kind: 'policy',
    object_id: '1',
    packets_matched: 1,
    bytes_matched: 100,
    bytes_sent: 0,
    bytes_received: 0,
  };
  await network.store.change(({ db, at }) => trafficRepository.add(db, at, [{ ...row, bucket: at - (at % 10_000) }]));
};
const packetsEvery = async (periodMs: number, count: number): Promise<void> => {
  for (let index = 0; index < count; index++) {
    network.clock.ms = start + index * periodMs;
    await packet();
  }
};
const read = async (query: TrafficQuery): Promise<[number, number][]> => {
  const points: [number, number][] = [];
  const span = network.trafficHistory.span(query);
  for await (const some of await network.trafficReport.points({ kind: 'policy', id: '1' }, span)) {
    points.push(...some.map(({ timestamp, counts }): [number, number] => [timestamp - start, counts.packets_matched]));
  }
  return points;
};

describe('history', () => {
  it('is of ten seconds for an hour, of minutes for two days, of hours for a year', async () => {
    await packetsEvery(5 * second, 24);
    expect(await read({ from: start, step: 10 * second })).toEqual(
      Array.from({ length: 12 }, (_, index) => [index * 10 * second, 2]),
    );
    network.clock.ms = start + 2 * hour;
    await network.traffic.prune();
    expect(await read({ from: start, step: 10 * second })).toEqual([
      [0, 12],
      [minute, 12],
    ]);
    network.clock.ms = start + 3 * day;
    await network.traffic.prune();
    expect(await read({ from: start, step: 10 * second })).toEqual([[0, 24]]);
    network.clock.ms = start + 401 * day;
    await network.traffic.prune();
    expect(await read({ from: start, step: day })).toEqual([]);
  });

  it('adds up over wider steps, over any number of pages, and leaves out steps without traffic', async () => {
    await packetsEvery(10 * second, 30);
    network.clock.ms = start + 40 * minute;
    await packet();
    expect(await read({ from: start, to: start + hour, step: 2 * minute })).toEqual([
      [0, 12],
      [2 * minute, 12],
      [4 * minute, 6],
      [40 * minute, 1],
    ]);
    expect(await read({ from: start, to: start + 90 * second, step: 30 * second })).toEqual([
      [0, 3],
      [30 * second, 3],
      [60 * second, 3],
    ]);
  });

  it('reads as many rows as there are', async () => {
    const row = {
      kind: 'path',
      packets_matched: 0,
      bytes_matched: 0,
      bytes_sent: 1,
      bytes_received: 0,
      object_id: 'p',
    };
    await network.store.change(async ({ db }) => {
      for (let bucket = 0; bucket < 9_000; bucket += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, index) => ({ ...row, bucket: (bucket + index) * 10_000 }));
        await db.insertInto('traffic_10s').values(rows).execute();
      }
    });
    const span = { from: 0, to: 90_000_000, stepMs: 30_000, resolution: 'tenSeconds' } as const;
    const sent: number[] = [];
    for await (const some of network.trafficHistory.read('path', 'p', span))
      sent.push(...some.map((each) => each.bytes_sent));
    expect(sent).toEqual(Array.from({ length: 3_000 }, () => 3));
  });
});
