import { setTimeout as delay } from 'node:timers/promises';
import { median } from '@patronus/core';
import { labBreak, labHeal, readControllerFile, type ControllerApi } from '@patronus/lab';
import type { Browser, Page } from 'playwright-core';
import { withBenchLab } from '../bench-lab.ts';
import { seenAt, viewport, type Report } from './browser.ts';

const breaks = 8;
/** What a line needs to be trusted again, and a little. */
const calmMs = 1500;

interface Path {
  readonly id: string;
  readonly source_label: string;
  readonly health_status: string;
  readonly since: number;
}

/**
 * From the moment at which the edge of hq decides that branch's line is down until that stands on an open page. Edges and
 * browser are on one machine, so that all times are of one clock.
 */
export function measureDecisions(report: Report, browser: Browser): Promise<void> {
  return withBenchLab(async (dataDir, api) => {
    const broken = (await pathsToBranch(api)).find(({ source_label: label }) => label === 'mpls')!;
    const page = await browser.newPage({ viewport });
    await page.goto(`${readControllerFile(dataDir)!.http_url}/paths/${broken.id}`);
    const times: number[] = [];
    for (let index = 0; index < breaks; index++) {
      await page.evaluate<number>(seenAt('up'));
      await delay(calmMs + Math.random() * 300);
      times.push(await breakOnce(dataDir, api, page, broken.id));
    }
    await page.close();
    const figure = { unit: 'ms', samples: breaks };
    report({ metric: 'a path change on screen after the edge decided, median', value: median(times), ...figure });
    report({ metric: 'a path change on screen after the edge decided, worst', value: Math.max(...times), ...figure });
  });
}

async function breakOnce(dataDir: string, api: ControllerApi, page: Page, id: string): Promise<number> {
  const seen = page.evaluate<number>(seenAt('down'));
  await labBreak({ dataDir, site: 'branch', endpoint: 'mpls', silent: true });
  const seenMs = await seen;
  const { since } = (await pathsToBranch(api)).find((path) => path.id === id)!;
  await labHeal({ dataDir });
  return seenMs - since;
}

const pathsToBranch = (api: ControllerApi): Promise<Path[]> => api.list<Path>('/paths?source_site=hq&dest_site=branch');
