import { setTimeout as delay } from 'node:timers/promises';
import { median } from '@patronus/core';
import type { Browser } from 'playwright-core';
import { openLive, seenAt, type Report, type ShownPath } from './browser.ts';
import type { LiveProxy } from './live-proxy.ts';

const changes = 50;

/** From the moment a change is sent until its word stands on the page. */
export async function measureChanges(
  report: Report,
  browser: Browser,
  proxy: LiveProxy,
  [path]: readonly ShownPath[],
): Promise<void> {
  const page = await openLive(browser, proxy, `/paths/${path!.id}`);
  const times: number[] = [];
  for (let index = 0; index < changes; index++) {
    const health = index % 2 === 0 ? 'down' : 'up';
    const seen = page.evaluate<number>(seenAt(health));
    await delay(50 + Math.random() * 200);
    const sentAt = Date.now();
    proxy.send([{ ...path, health_status: health, since: sentAt, reported_at: sentAt }]);
    times.push((await seen) - sentAt);
  }
  await page.close();
  report({
    metric: 'a path change that arrives, on screen, median',
    value: median(times),
    unit: 'ms',
    samples: changes,
  });
  report({
    metric: 'a path change that arrives, on screen, worst',
    value: Math.max(...times),
    unit: 'ms',
    samples: changes,
  });
}
