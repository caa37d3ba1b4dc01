import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench-line.ts';
import type { Browser, Page } from 'playwright-core';
import type { LiveProxy } from './live-proxy.ts';

export type Report = Parameters<Bench['run']>[0];
export type ShownPath = Readonly<Record<string, unknown>> & { readonly id: string };

export const viewport = { width: 1440, height: 900 };

/** Every path as the page asks for it. */
export async function pathsOf(url: string): Promise<ShownPath[]> {
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

/** A page that hears what the proxy sends; `prepare` comes before it is loaded. */
export async function openLive(
  browser: Browser,
  proxy: LiveProxy,
  path: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Page> {
  const page = await browser.newPage({ viewport });
  await prepare?.(page);
  await page.goto(`${proxy.url}${path}`);
  await page.getByRole('status').getByText('Live').waitFor();
  while (proxy.listeners === 0) await delay(20);
  await delay(1000);
  return page;
}

/** Within the page: when a state stands on it, unix ms. */
export const seenAt = (health: string): string =>
  `new Promise((resolve) => { const look = () => document.querySelector('main dl [data-health=${health}]') === null ? requestAnimationFrame(look) : resolve(Date.now()); look(); })`;

/** What is in use of the page's heap once it is swept, octets. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await delay(500);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
