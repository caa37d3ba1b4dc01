import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { heapOf, openLive, type Report, type ShownPath } from './browser.ts';
import type { LiveProxy } from './live-proxy.ts';

/** 200 measurements in a message every 20 ms: a controller gathers for so long what edges report. */
const [perTick, tickMs] = [200, 20];
const floodMs = 15_000;
const heapMs = 30_000;

/** The overview with its drawing while measurements arrive, and what stays in memory afterwards. */
export async function measureFlood(
  report: Report,
  browser: Browser,
  proxy: LiveProxy,
  paths: readonly ShownPath[],
): Promise<void> {
  const page = await openLive(browser, proxy, '/');
  await page.evaluate(
    `window.tasks = []; new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' });
     window.frames = 0; const count = () => { frames++; requestAnimationFrame(count); }; count();`,
  );
  const sent = await flood(proxy, paths, floodMs);
  const tasks = await page.evaluate<number[]>('window.tasks');
  const frames = await page.evaluate<number>('window.frames');
  const rate = sent / (floodMs / 1000);
  report({ metric: 'measurements sent', value: rate, unit: '/s', samples: sent });
  report({ metric: 'frames while they arrive', value: frames / (floodMs / 1000), unit: '/s', samples: frames });
  report({ metric: 'tasks over 50 ms', value: tasks.length, unit: '', samples: sent });
  report({ metric: 'longest task', value: Math.max(0, ...tasks), unit: 'ms', samples: tasks.length });
  const before = await heapOf(page);
  await flood(proxy, paths, heapMs);
  const grown = (await heapOf(page)) - before;
  report({ metric: `heap grown in ${heapMs / 1000} s of it`, value: grown / 1e6, unit: 'MB', samples: 1 });
  await page.close();
}

async function flood(proxy: LiveProxy, paths: readonly ShownPath[], durationMs: number): Promise<number> {
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < durationMs) {
    const due = Math.floor((performance.now() - start) / tickMs) * perTick;
    for (; sent < due; sent += perTick) {
      const first = sent;
      proxy.send(Array.from({ length: perTick }, (_, index) => measurement(paths, first + index, Date.now())));
    }
    await delay(tickMs);
  }
  return sent;
}

/** One of the paths as its edge would report it; now and then one is degraded. */
export const measurement = (paths: readonly ShownPath[], number: number, now: number): object => ({
  ...paths[number % paths.length]!,
  health_status: number % 997 === 0 ? 'degraded' : 'up',
  latency: 10 + Math.random(),
  loss: 0,
  mos: 4.3,
  reported_at: now,
});
