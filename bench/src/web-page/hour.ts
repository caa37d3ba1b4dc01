import type { Browser, Page } from 'playwright-core';
import { heapOf, openLive, type Report, type ShownPath } from './browser.ts';
import { measurement } from './flood.ts';
import type { LiveProxy } from './live-proxy.ts';

const hourMs = 3_600_000;
/** Steps of the page's clock. Longer, and the page would take the controller for gone between two of them. */
const stepMs = 4_000;
const perStep = 200;
/** What is loaded once and stays, is there by then. */
const settleSteps = 15;

/**
 * An hour of the page's own clock, which runs ahead: every timer fires as often as in an hour, every question that it asks goes
 * to the controller and is answered, and 180,000 measurements arrive. On a path's page, whose curves grow with them.
 */
export async function measureHour(
  report: Report,
  browser: Browser,
  proxy: LiveProxy,
  paths: readonly ShownPath[],
): Promise<void> {
  const page = await openLive(browser, proxy, `/paths/${paths[0]!.id}`, (opened) => opened.clock.install());
  const steps = hourMs / stepMs;
  await pass(page, proxy, paths, settleSteps);
  const before = await heapOf(page);
  await pass(page, proxy, paths, steps);
  const grown = (await heapOf(page)) - before;
  report({ metric: 'heap grown in an hour', value: grown / 1e6, unit: 'MB', samples: steps * perStep });
  await page.close();
}

async function pass(page: Page, proxy: LiveProxy, paths: readonly ShownPath[], steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const now = await page.evaluate<number>('Date.now()');
    // Every tenth is of the path that is looked at.
    const number = (index: number): number => (index % 10 === 0 ? 0 : step * perStep + index);
    proxy.send(Array.from({ length: perStep }, (_, index) => measurement(paths, number(index), now)));
    await page.clock.runFor(stepMs);
  }
}
