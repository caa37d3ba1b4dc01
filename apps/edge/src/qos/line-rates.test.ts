import { unmeasured } from '@patronus/core';
import type { LineReport, PathReport, SiteDocument } from '@patronus/protocol';
import { siteDocument, VirtualTime } from '@patronus/testkit';
import { expect, it } from 'vitest';
import { FakeReconciler } from '../testing/fake-network.ts';
import { LineRates } from './line-rates.ts';

const boughtBps = 10_000_000;

it('slows an uplink down while its paths are late under load, and lets it go when it is no longer to be', async () => {
  const time = new VirtualTime();
  const reconciler = new FakeReconciler();
  const rates = new LineRates(reconciler, time);
  const plain = siteDocument();
  const shaping = { rateBps: boughtBps, auto: true };
  const endpoints = plain.endpoints.map((each) => (each.slot === 1 ? { ...each, shaping } : each));
  const document: SiteDocument = siteDocument({ endpoints });
  rates.inForce(document);
  const path = document.paths.find(({ localEndpointId }) => localEndpointId === endpoints[1]!.id)!;
  let bytes = 0;
  const second = async (loadBps: number, delayMs: number): Promise<void> => {
    bytes += loadBps / 8 / 1.06;
    const idle = { packets: 0, drops: 0, backlogBytes: 0, delayMs: 0 };
    const queue = { number: 3, ...idle, bytes: Math.round(bytes) };
    const line = { rateBps: boughtBps, queue: 'fifo', problem: null, epoch: 'one', classes: [queue] };
    reconciler.lines = [{ endpointId: endpoints[1]!.id, ...line } satisfies LineReport];
    const quality = { ...unmeasured, forward: { ...unmeasured.forward, delayMs } };
    const report: PathReport = { pathId: path.id, health: 'up', since: 0, quality, sent: 0, received: 0 };
    await time.advance(1_000);
    await rates.look([report]);
  };
  for (let quiet = 0; quiet < 5; quiet++) await second(100_000, 20);
  expect(reconciler.lineRates).toEqual([{ slot: 1, rateBps: boughtBps }]);
  for (let busy = 0; busy < 4; busy++) await second(8_000_000, 80);
  const { slot, rateBps } = reconciler.lineRates.at(-1)!;
  expect([slot, rateBps! < 8_000_000]).toEqual([1, true]);
  rates.inForce(plain);
  await second(100_000, 20);
  expect(reconciler.lineRates.at(-1)).toEqual({ slot: 1, rateBps: null });
});
