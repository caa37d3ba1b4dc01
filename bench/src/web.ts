import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { BenchController } from './bench-controller.ts';
import type { Bench } from './bench-line.ts';
import { LiveProxy } from './web-page/live-proxy.ts';

type Report = Parameters<Bench['run']>[0];
type ShownPath = Readonly<Record<string, unknown>> & { readonly id: string };

const executablePath = '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'];
/** From each to each: 1,980 paths. */
const siteCount = 45;
const [loads, changes] = [10, 50];
/** 100 measurements every 10 ms. */
const [perTick, tickMs] = [100, 10];
const floodMs = 15_000;
const heapMs = 60_000;

export const bench: Bench = {
  about: 'the page: time to interactive, size of the first load, a change on screen, long tasks and heap under load',
  async run(report) {
    if (!existsSync(executablePath)) throw new PatronusError('missing_tool', `there is no ${executablePath}`);
    const controller = new BenchController();
    try {
      await controller.makeMesh(siteCount);
      await controller.run(async (_api, httpUrl) => {
        const browser = await chromium.launch({ executablePath, args });
        const proxy = await LiveProxy.start(httpUrl);
        try {
          await measureLoads(report, browser, httpUrl);
          const paths = await pathsOf(httpUrl);
          await measureChanges(report, browser, proxy, paths);
          await measureFlood(report, browser, proxy, paths);
        } finally {
          proxy.stop();
          await browser.close();
        }
      });
    } finally {
      controller.remove();
    }
  },
};

/** Interactive: the menu answers, and the network is shown as it is. Every load has a cold cache. */
async function measureLoads(report: Report, browser: Browser, url: string): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let index = 0; index < loads; index++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let received = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (received += encodedDataLength));
    await page.goto(url, { waitUntil: 'commit' });
    await page.locator('main a[href="/paths"]').first().waitFor();
    times.push(await page.evaluate<number>('performance.now()'));
    bytes = received;
    await context.close();
  }
  report({ metric: 'interactive, cold cache, median', value: quantile(times, 0.5), unit: 'ms', samples: loads });
  report({ metric: 'interactive, cold cache, worst', value: Math.max(...times), unit: 'ms', samples: loads });
  report({
    metric: 'first load, as sent (brotli), with font and answers',
    value: bytes / 1000,
    unit: 'kB',
    samples: 1,
  });
}

async function pathsOf(url: string): Promise<ShownPath[]> {
  const fields = `id source_endpoint_id dest_endpoint_id source_site dest_site source_label dest_label latency jitter loss mos
    bandwidth health_status since reported_at stale override { reason by since expires_at }`;
  const found: ShownPath[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = `{ pathsPage(limit: 1000${cursor === '' ? '' : `, cursor: "${cursor}"`}) { items { ${fields} } next_cursor } }`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data } = (await response.json()) as {
      data: { pathsPage: { items: ShownPath[]; next_cursor: string | null } };
    };
    found.push(...data.pathsPage.items);
    cursor = data.pathsPage.next_cursor;
  }
  return found;
}

async function openLive(browser: Browser, proxy: LiveProxy, path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${proxy.url}${path}`);
  await page.getByRole('status').getByText('Live').waitFor();
  while (proxy.listeners === 0) await delay(20);
  await delay(1000);
  return page;
}

/** From the moment a change is sent until its word stands on the page. */
async function measureChanges(
  report: Report,
  browser: Browser,
  proxy: LiveProxy,
  [path]: readonly ShownPath[],
): Promise<void> {
  const page = await openLive(browser, proxy, `/paths/${path!.id}`);
  const times: number[] = [];
  for (let index = 0; index < changes; index++) {
    const health = index % 2 === 0 ? 'down' : 'up';
    const seen = page.evaluate<number>(
      `new Promise((resolve) => { const look = () => document.querySelector('main dl [data-health=${health}]') === null ? requestAnimationFrame(look) : resolve(Date.now()); look(); })`,
    );
    await delay(50 + Math.random() * 200);
    const sentAt = Date.now();
    proxy.send({ ...path, health_status: health, since: sentAt, reported_at: sentAt });
    times.push((await seen) - sentAt);
  }
  await page.close();
  report({ metric: 'a path change on screen, median', value: quantile(times, 0.5), unit: 'ms', samples: changes });
  report({ metric: 'a path change on screen, worst', value: Math.max(...times), unit: 'ms', samples: changes });
}

/** The overview with its drawing while measurements arrive, and what stays in memory afterwards. */
async function measureFlood(
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
  const before = await heap(page);
  await flood(proxy, paths, heapMs);
  const grown = (await heap(page)) - before;
  report({ metric: `heap grown in ${heapMs / 1000} s of it`, value: grown / 1e6, unit: 'MB', samples: 1 });
  await page.close();
}

async function heap(page: Page): Promise<number> {
  await page.evaluate('gc()');
  await delay(500);
  await page.evaluate('gc()');
  return page.evaluate<number>('performance.memory.usedJSHeapSize');
}

async function flood(proxy: LiveProxy, paths: readonly ShownPath[], durationMs: number): Promise<number> {
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < durationMs) {
    const due = Math.floor((performance.now() - start) / tickMs) * perTick;
    for (; sent < due; sent++) {
      const path = paths[sent % paths.length]!;
      const health = sent % 997 === 0 ? 'degraded' : 'up';
      proxy.send({
        ...path,
        health_status: health,
        latency: 10 + Math.random(),
        loss: 0,
        mos: 4.3,
        reported_at: Date.now(),
      });
    }
    await delay(tickMs);
  }
  return sent;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
